"""Adding a household, one question a page, with a way back from each, until the answers are checked and sent."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.services.requests import request_food
from web.context import actor, db, now, services, today
from web.forms import Form
from web.household_words import TEXTURES, language_name, language_options
from web.request.blueprint import requests
from web.request.draft import FIELD, Answers, answers_so_far, form_of, sealed
from web.request.questions import (
    QUESTIONS,
    Question,
    questions_for,
    read_household,
    read_wish,
)
from web.security.access import allow

CHECK = "check"
FIRST_LOOK: Answers = {
    "adults": ["1"],
    "children": ["0"],
    "kitchen": ["full"],
    "language": ["en"],
    "floor": ["0"],
    "handover": ["hand_over"],
    "quantity": ["1"],
    "window_start": ["12:00"],
    "window_end": ["14:00"],
    "frequency": ["weekly"],
}
"""What is the same for most. Nothing about health, religion or consent is ever answered beforehand."""


@requests.get("/new")
@allow(Permission.ADD_HOUSEHOLD)
def new() -> str:
    """The first question."""
    return _question_page(QUESTIONS[0], Form(FIRST_LOOK), FIRST_LOOK)


@requests.post("/new")
@allow(Permission.ADD_HOUSEHOLD)
def ask() -> ResponseReturnValue:
    """Take one page's answers and show the next page; from the last one, store everything at once."""
    before = answers_so_far() or dict(FIRST_LOOK)
    step = request.form.get("step", "")
    question = next((each for each in QUESTIONS if each.name == step), None)
    answers = _with_answers(before, question)
    go = request.form.get("go", "")
    if go == "back" or (go and go != "on"):
        return _page_of(_before(step, answers) if go == "back" else go, answers)
    if step == CHECK:
        return _store(answers)
    form = form_of(answers)
    if question is None or question not in questions_for(form):
        return _page_of(questions_for(form)[0].name, answers)
    question.check(form)
    if form.errors:
        return _question_page(question, form, answers), 422
    return _page_of(_after(question, answers), answers)


def _with_answers(before: Answers, question: Question | None) -> Answers:
    """The answers with those of this page in place; a box that was not ticked is an answer too."""
    if question is None:
        return before
    return {**before, **{name: request.form.getlist(name) for name in question.fields}}


def _after(question: Question, answers: Answers) -> str:
    """The next page: the check at once, when an answer was changed from there and nothing else is missing."""
    asked = questions_for(form_of(answers))
    rest = asked[[each.name for each in asked].index(question.name) + 1 :]
    if request.form.get("was_checked"):
        return next((each.name for each in asked if not _is_answered(each, answers)), CHECK)
    return rest[0].name if rest else CHECK


def _before(step: str, answers: Answers) -> str:
    names = [each.name for each in questions_for(form_of(answers))]
    if step == CHECK:
        return names[-1]
    return names[max(0, names.index(step) - 1)] if step in names else names[0]


def _is_answered(question: Question, answers: Answers) -> bool:
    form = form_of(answers)
    question.check(form)
    return not form.errors


def _page_of(name: str, answers: Answers) -> ResponseReturnValue:
    question = next((each for each in QUESTIONS if each.name == name), None)
    if question is not None:
        return _question_page(question, form_of(answers), answers)
    return _check_page(form_of(answers), answers)


def _store(answers: Answers) -> ResponseReturnValue:
    """Store it, or lead to the first page whose answer cannot be taken."""
    form = form_of(answers)
    for question in questions_for(form):
        question.check(form)
        if form.errors:
            return _question_page(question, form, answers), 422
    try:
        saved = request_food(
            db(),
            actor(),
            read_household(form, method="told_referrer"),
            read_wish(form),
            geocoder=services().geocoder,
            now=now(),
        )
    except BadInput as wrong:
        return _refused(form, answers, wrong)
    flash(f"{form.value('contact_name')} is added as {saved.ref}. The first food comes with the next plan.")
    return redirect(url_for("request.household", household_id=saved.household_id), 303)


def _refused(form: Form, answers: Answers, wrong: BadInput) -> ResponseReturnValue:
    form = form.refused(wrong)
    for question in questions_for(form):
        if any(name in wrong.fields for name in question.fields):
            return _question_page(question, form, answers), 422
    return _check_page(form, answers), 422


def _question_page(question: Question, form: Form, answers: Answers) -> str:
    names = [each.name for each in questions_for(form_of(answers))]
    number = names.index(question.name) + 1 if question.name in names else 1
    return render_template(
        "request/question.html",
        question=question,
        form=form,
        draft=sealed(answers),
        draft_field=FIELD,
        number=number,
        count=len(names),
        was_checked=bool(request.form.get("was_checked") or request.form.get("step") == CHECK),
        languages=language_options(),
        textures=TEXTURES,
        household_name=form_of(answers).value("contact_name") or "them",
        today=today(),
    )


def _check_page(form: Form, answers: Answers) -> str:
    return render_template(
        "request/check.html",
        form=form,
        draft=sealed(answers),
        draft_field=FIELD,
        household=read_household(form_of(answers), method="told_referrer"),
        wish=read_wish(form_of(answers)),
        language=language_name(form.value("language") or "en"),
        textures=dict(TEXTURES),
        may_keep=form.value("agrees_needs") != "no",
    )
