"""A resident asks for themselves, without an account: the same questions, a code for the answer, and a way to come back.

Nothing here shows what is stored: a form is sent once, and its code tells how it stands.
"""

from __future__ import annotations

from flask import abort, g, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.errors import BadInput, FoodRoundsError, NotFound, RuleBroken
from logistics.domain.referrals import LABELS, MOST_LETTERS
from logistics.domain.vocabulary import ConsentPurpose
from logistics.queries.network import NetworkRow, find_network
from logistics.services.household_draft import HouseholdDraft
from logistics.services.saved_forms import MadeCode, drop_form, open_form, save_form
from logistics.services.self_referrals import answer_back, look_at_answer, send_form
from logistics.services.standing_orders import StandingOrderDraft
from logistics.services.withdraw_consent import withdraw_by_code
from web.context import now, services
from web.forms import Form
from web.request.agreed import choices_of_purpose
from web.request.blueprint import requests
from web.request.draft import Answers
from web.request.flow import Flow, code_of_form, first_page, next_page, resumed_page, saved_before
from web.security.access import public

_LONGEST_CODE = 200
_FOR_RESIDENTS = "a resident asks for food without an account; nothing that is stored is shown"


@requests.get("/for-me/<slug>")
@public(_FOR_RESIDENTS)
def own_new(slug: str) -> ResponseReturnValue:
    """The first question."""
    network = _network(slug)
    return first_page(_flow(network)) if network.takes_own_forms else _closed(network)


@requests.post("/for-me/<slug>")
@public(_FOR_RESIDENTS)
def own_ask(slug: str) -> ResponseReturnValue:
    """One page's answers; from the last page on, the form waits for a coordinator."""
    network = _network(slug)
    if not network.takes_own_forms:
        return _closed(network)
    try:
        return next_page(_flow(network))
    except RuleBroken as wrong:
        return _told(slug, wrong), 409


@requests.get("/for-me/<slug>/back")
@public(_FOR_RESIDENTS)
def own_back(slug: str) -> ResponseReturnValue:
    """Where the code of a saved form is typed."""
    network = _network(slug)
    return _code_page(slug, Form({})) if network.takes_own_forms else _closed(network)


@requests.post("/for-me/<slug>/back")
@public("the code is the key")
def own_go_on(slug: str) -> ResponseReturnValue:
    """The page on which they stopped."""
    network, form = _network(slug), Form.of_request()
    if not network.takes_own_forms:
        return _closed(network)
    try:
        with services().database.reading(network.id) as session:
            waiting = open_form(session, form.text("code", most=_LONGEST_CODE), account_id=None, now=now())
    except NotFound as wrong:
        form.errors["code"] = str(wrong)
        return _code_page(slug, form), 422
    return resumed_page(_flow(network), waiting)


@requests.get("/for-me/<slug>/answer")
@public(_FOR_RESIDENTS)
def own_answer(slug: str) -> str:
    """Where the code of a sent form is typed, to read the answer."""
    _network(slug)
    return _answer_page(slug, Form({}))


@requests.post("/for-me/<slug>/answer")
@public("the code is the key")
def own_read(slug: str) -> ResponseReturnValue:
    """How the form stands; and the answer to a question, where one was asked."""
    network, form = _network(slug), Form.of_request()
    code = form.text("code", most=_LONGEST_CODE)
    try:
        if form.sent("answer"):
            with services().database.writing(network.id) as session:
                answer_back(session, network.id, code, answer=form.text("answer", most=MOST_LETTERS), now=now())
        with services().database.reading(network.id) as session:
            found = look_at_answer(session, code)
    except NotFound as wrong:
        form.errors["code"] = str(wrong)
        return _answer_page(slug, form), 422
    except RuleBroken as wrong:
        form.problem = str(wrong)
        return _answer_page(slug, form), 409
    except BadInput as wrong:
        with services().database.reading(network.id) as session:
            found = look_at_answer(session, code)
        return _answer_page(slug, form.refused(wrong), found=found), 422
    return _answer_page(slug, form, found=found, answered=form.sent("answer"))


@requests.post("/for-me/<slug>/take-back")
@public("the code is the key")
def own_take_back(slug: str) -> ResponseReturnValue:
    """Take back a yes with the code of the form that it was said on."""
    network, form = _network(slug), Form.of_request()
    code = form.text("code", most=_LONGEST_CODE)
    purpose = form.choice("purpose", ConsentPurpose)
    try:
        with services().database.writing(network.id) as session:
            withdraw_by_code(session, network.id, code, purpose, now=now())
    except NotFound as wrong:
        form.errors["code"] = str(wrong)
        return _answer_page(slug, form), 422
    except BadInput as wrong:
        with services().database.reading(network.id) as session:
            found = look_at_answer(session, code)
        return _answer_page(slug, form.refused(wrong), found=found), 422
    return render_template("request/taken_back.html", purpose=purpose, town=network)


def _network(slug: str) -> NetworkRow:
    with services().database.unscoped_reading() as session:
        try:
            return find_network(session, slug)
        except NotFound:
            # Which other networks there are is nobody's business here.
            abort(404)


def _flow(network: NetworkRow) -> Flow:
    slug = network.slug

    def store(household: HouseholdDraft, wish: StandingOrderDraft, answers: Answers) -> ResponseReturnValue:
        with services().database.writing(network.id) as session:
            sent = send_form(
                session, household, wish, code=code_of_form(answers), geocoder=services().geocoder, now=now()
            )
            form_id = saved_before(answers)
            if form_id is not None:
                drop_form(session, form_id, account_id=None)
        g.form_kept = True
        return render_template("request/sent.html", sent=sent, slug=slug, town=network)

    def save(answers: Answers, step: str) -> MadeCode:
        g.form_kept = True
        with services().database.writing(network.id) as session:
            return save_form(session, answers, step=step, account_id=None, replaces=saved_before(answers), now=now())

    return Flow(
        whose=f"resident {network.id}",
        action=url_for("request.own_ask", slug=slug),
        home=url_for("request.own_new", slug=slug),
        home_label="Start again",
        back=services().settings.base_url.rstrip("/") + url_for("request.own_back", slug=slug),
        come_back=url_for("request.own_back", slug=slug),
        method="own_form",
        store=store,
        save=save,
        is_own=True,
    )


def _code_page(slug: str, form: Form) -> str:
    network = _network(slug)
    return render_template(
        "request/back.html",
        form=form,
        action=url_for("request.own_go_on", slug=network.slug),
        home=url_for("request.own_new", slug=network.slug),
    )


def _answer_page(slug: str, form: Form, **values: object) -> str:
    return render_template(
        "request/answer.html",
        form=form,
        action=url_for("request.own_read", slug=slug),
        labels=LABELS,
        take_back=url_for("request.own_take_back", slug=slug),
        purposes=choices_of_purpose(list(ConsentPurpose), own=True),
        town=_network(slug),
        **values,
    )


def _told(slug: str, wrong: FoodRoundsError) -> str:
    return render_template("request/not_now.html", said=str(wrong), town=_network(slug))


def _closed(network: NetworkRow) -> ResponseReturnValue:
    """What somebody can do instead, where this network does not take forms. The answer to one that was sent stays open."""
    return render_template("request/closed.html", town=network), 403
