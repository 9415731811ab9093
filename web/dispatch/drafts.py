"""Changing a plan by hand: the board of a draft, each edit, its preview, undo and redo, and what becomes of the draft."""

from __future__ import annotations

import uuid

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, Conflict, FoodRoundsError, NotFound, RuleBroken
from logistics.services.edit_desk import EditDesks
from logistics.services.edit_plan import drop_draft as drop
from logistics.services.edit_plan import edit_draft as edit
from logistics.services.edit_plan import open_draft as open_one
from logistics.services.edit_plan import preview_edit as preview
from logistics.services.edit_plan import redo_edit, undo_edit
from logistics.services.improve_draft import request_improvement
from logistics.services.save_draft import save_draft as save
from logistics.services.show_draft import DraftView, show_draft
from web.context import actor, after_commit, db, now, services
from web.dispatch.blueprint import dispatch
from web.dispatch.edit_forms import asked_edit, changes_in_words, day_of_text, preview_words, seen_version
from web.dispatch.paths import asked_plan, head_of
from web.dispatch.planning import Effort
from web.forms import Form
from web.security.access import allow

_DESKS = EditDesks()
"""One drag asks many times a second: the week is read once for all of it."""


@dispatch.post("/week/<week>/edit")
@allow(Permission.PLAN_WEEK)
def open_draft(week: str) -> ResponseReturnValue:
    """Begin to change the version that is shown, or join whoever does."""
    head = head_of(week)
    plan = asked_plan(head)
    if plan is None:
        raise RuleBroken("There is no plan to change yet. Plan the week first.")
    draft_id = open_one(db(), actor(), plan.id, now=now())
    return redirect(url_for("dispatch.draft", draft_id=draft_id, day=request.args.get("day") or None))


@dispatch.get("/drafts/<uuid:draft_id>")
@allow(Permission.PLAN_WEEK)
def draft(draft_id: uuid.UUID) -> ResponseReturnValue:
    """The board of one day."""
    return render_template("dispatch/draft.html", **_shown(draft_id))


def _shown(draft_id: uuid.UUID) -> dict[str, object]:
    text = request.args.get("day", "")
    day = day_of_text(text) if text else None
    view: DraftView = show_draft(db(), actor(), draft_id, day, roads=services().roads, now=now(), desks=_DESKS)
    return {"view": view, "change": changes_in_words(view.before, view.after)}


@dispatch.get("/drafts/<uuid:draft_id>/stop")
@allow(Permission.PLAN_WEEK)
def draft_stop(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Everything that can be done to one stop, and what a move would do, asked for without a script."""
    shown = _shown(draft_id)
    view = shown["view"]
    key = request.args.get("stop", "")
    if not key:
        return redirect(url_for("dispatch.draft", draft_id=draft_id))
    found = view.find(key) if isinstance(view, DraftView) else None
    if found is None:
        raise NotFound("That stop is not on this day's routes. Go back to the board.")
    words, problem = None, ""
    if request.args.get("kind"):
        try:
            words = preview_words(preview(db(), actor(), draft_id, asked_edit(), roads=services().roads, now=now()))
        except (RuleBroken, BadInput) as error:
            problem = str(error)
    column, stop = found
    return render_template("dispatch/draft_stop.html", **shown, column=column, stop=stop, words=words, problem=problem)


@dispatch.get("/drafts/<uuid:draft_id>/preview")
@allow(Permission.PLAN_WEEK)
def preview_edit(draft_id: uuid.UUID) -> ResponseReturnValue:
    """What an edit would do, as JSON; nothing is stored."""
    found = preview(db(), actor(), draft_id, asked_edit(), roads=services().roads, now=now(), desks=_DESKS)
    return jsonify(preview_words(found))


@dispatch.post("/drafts/<uuid:draft_id>/edit")
@allow(Permission.PLAN_WEEK)
def edit_draft(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Do it."""
    wish, seen = asked_edit(), seen_version()
    try:
        edit(db(), actor(), draft_id, wish, seen=seen, roads=services().roads, now=now())
    except (BadInput, Conflict, RuleBroken) as error:
        return _told(draft_id, error, wish.day.isoformat())
    return redirect(url_for("dispatch.draft", draft_id=draft_id, day=wish.day.isoformat()))


def _told(draft_id: uuid.UUID, error: FoodRoundsError, day: str | None) -> ResponseReturnValue:
    """The board as it is now, with what went wrong on top; nothing was stored."""
    shown = show_draft(db(), actor(), draft_id, day_of_text(day) if day else None, roads=services().roads, now=now())
    page = render_template(
        "dispatch/draft.html", view=shown, change=changes_in_words(shown.before, shown.after), problem=str(error)
    )
    return page, 409


@dispatch.post("/drafts/<uuid:draft_id>/undo")
@allow(Permission.PLAN_WEEK)
def undo_draft(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Take the last edit back."""
    try:
        day = undo_edit(db(), actor(), draft_id, seen=seen_version(), now=now())
    except Conflict as error:
        return _told(draft_id, error, None)
    return redirect(url_for("dispatch.draft", draft_id=draft_id, day=day.isoformat() if day else None))


@dispatch.post("/drafts/<uuid:draft_id>/redo")
@allow(Permission.PLAN_WEEK)
def redo_draft(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Do again what was taken back."""
    try:
        day = redo_edit(db(), actor(), draft_id, seen=seen_version(), now=now())
    except Conflict as error:
        return _told(draft_id, error, None)
    return redirect(url_for("dispatch.draft", draft_id=draft_id, day=day.isoformat() if day else None))


@dispatch.post("/drafts/<uuid:draft_id>/save")
@allow(Permission.PLAN_WEEK)
def save_draft(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Keep it as the week's next version."""
    form = Form.of_request()
    week = show_draft(db(), actor(), draft_id, None, roads=services().roads, now=now()).week
    try:
        saved = save(
            db(),
            actor(),
            draft_id,
            seen=seen_version(),
            even_so=form.yes("even_so"),
            roads=services().roads,
            now=now(),
        )
    except (Conflict, RuleBroken) as error:
        return _told(draft_id, error, None)
    broken = f" It breaks {saved.violations} rules, so it cannot be published yet." if saved.violations else ""
    flash(f"Saved as version {saved.number}.{broken}")
    return redirect(url_for("dispatch.week", week=str(week), version=saved.number))


@dispatch.post("/drafts/<uuid:draft_id>/drop")
@allow(Permission.PLAN_WEEK)
def drop_draft(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Throw it away."""
    view = show_draft(db(), actor(), draft_id, None, roads=services().roads, now=now())
    try:
        drop(db(), actor(), draft_id, seen=seen_version(), now=now())
    except Conflict as error:
        return _told(draft_id, error, None)
    flash(f"Your changes are thrown away. Version {view.base_number} is as it was.")
    return redirect(url_for("dispatch.week", week=str(view.week)))


@dispatch.post("/drafts/<uuid:draft_id>/improve")
@allow(Permission.PLAN_WEEK)
def improve_draft(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Have the planner improve everything that is not pinned."""
    form = Form.of_request()
    effort = form.choice("seconds", Effort) or Effort.QUICK
    form.check()
    view = show_draft(db(), actor(), draft_id, None, roads=services().roads, now=now())
    try:
        run_id = request_improvement(db(), actor(), draft_id, seconds=int(effort), seen=seen_version(), now=now())
    except Conflict as error:
        return _told(draft_id, error, None)
    after_commit(lambda: services().planner.submit(run_id))
    return redirect(url_for("dispatch.week", week=str(view.week), _anchor="job"))
