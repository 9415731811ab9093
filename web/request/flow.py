"""One question a page, with a way back from each, a check at the end, and a way to stop and come back another day.

The same pages serve a referrer who asks for somebody and a resident who asks for themselves: a Flow says what differs.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from logistics.domain.errors import BadInput
from logistics.domain.referrals import entitlement_words
from logistics.gateways.return_codes import new_code
from logistics.services.household_draft import HouseholdDraft
from logistics.services.saved_forms import MadeCode, WaitingForm
from logistics.services.standing_orders import StandingOrderDraft
from web.context import today
from web.forms import Form
from web.household_words import TEXTURES, language_name, language_options
from web.request.draft import FIELD, Answers, answers_so_far, form_of, sealed
from web.request.own_words import as_own, as_theirs
from web.request.questions import (
    OWN_FORM,
    QUESTIONS,
    Question,
    questions_for,
    read_entitlement,
    read_household,
    read_wish,
)

CHECK = "check"
LATER = "later"
CODE = "answer_code"
"""The answer that is no answer: the code under which a resident's form will be found, so that sending it twice is sending it once."""
SAVED = "saved_form"
"""The answer that says which form, saved before, these answers came from."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Whose form it is, where it is sent, and what its end does. `store` may raise BadInput with the fields of any page."""

    whose: str
    action: str
    home: str
    back: str
    come_back: str
    method: str
    store: Callable[[HouseholdDraft, StandingOrderDraft, Answers], ResponseReturnValue]
    save: Callable[[Answers, str], MadeCode]
    is_own: bool = False
    home_label: str = "Requests"

    @property
    def first_look(self) -> Answers:
        """The answers before anybody has answered."""
        return {**FIRST_LOOK, OWN_FORM: ["yes"], CODE: [new_code()]} if self.is_own else dict(FIRST_LOOK)

    @property
    def said(self) -> Callable[[str], str]:
        """The words of a page as this person is spoken to."""
        return as_own if self.is_own else as_theirs


def first_page(flow: Flow) -> str:
    """The first question."""
    return _question_page(flow, QUESTIONS[0], Form(flow.first_look), flow.first_look)


def next_page(flow: Flow) -> ResponseReturnValue:
    """Take one page's answers and show the next page; from the last one, store everything at once."""
    before = answers_so_far(flow.whose) or flow.first_look
    step = request.form.get("step", "")
    question = next((each for each in QUESTIONS if each.name == step), None)
    answers = _with_answers(before, question)
    go = request.form.get("go", "")
    if go == LATER:
        return _saved_page(flow, answers, step)
    if go == "back" or (go and go != "on"):
        return _page_of(flow, _before(step, answers) if go == "back" else go, answers)
    if step == CHECK:
        return _store(flow, answers)
    form = form_of(answers)
    if question is None or question not in questions_for(form):
        return _page_of(flow, questions_for(form)[0].name, answers)
    question.check(form)
    if form.errors:
        return _question_page(flow, question, form, answers), 422
    return _page_of(flow, _after(question, answers), answers)


def resumed_page(flow: Flow, waiting: WaitingForm) -> ResponseReturnValue:
    """The page on which somebody stopped, with what they had answered."""
    answers = {**waiting.answers, SAVED: [str(waiting.form_id)]}
    return _page_of(flow, waiting.step, answers)


def saved_before(answers: Answers) -> uuid.UUID | None:
    """The saved form that these answers came from."""
    return Form(answers).key(SAVED)


def code_of_form(answers: Answers) -> str:
    """The code that this form began with."""
    return Form(answers).value(CODE) or new_code()


def _saved_page(flow: Flow, answers: Answers, step: str) -> ResponseReturnValue:
    made = flow.save(answers, step)
    return render_template("request/saved.html", flow=flow, made=made, w=flow.said)


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


def _page_of(flow: Flow, name: str, answers: Answers) -> ResponseReturnValue:
    question = next((each for each in QUESTIONS if each.name == name), None)
    if question is not None:
        return _question_page(flow, question, form_of(answers), answers)
    return _check_page(flow, form_of(answers), answers)


def _store(flow: Flow, answers: Answers) -> ResponseReturnValue:
    """Store it, or lead to the first page whose answer cannot be taken."""
    form = form_of(answers)
    for question in questions_for(form):
        question.check(form)
        if form.errors:
            return _question_page(flow, question, form, answers), 422
    try:
        return flow.store(read_household(form, method=flow.method), read_wish(form), answers)
    except BadInput as wrong:
        return _refused(flow, form, answers, wrong)


def _refused(flow: Flow, form: Form, answers: Answers, wrong: BadInput) -> ResponseReturnValue:
    form = form.refused(wrong)
    for question in questions_for(form):
        if any(name in wrong.fields for name in question.fields):
            return _question_page(flow, question, form, answers), 422
    return _check_page(flow, form, answers), 422


def _question_page(flow: Flow, question: Question, form: Form, answers: Answers) -> str:
    names = [each.name for each in questions_for(form_of(answers))]
    number = names.index(question.name) + 1 if question.name in names else 1
    form.errors = {name: flow.said(sentence) for name, sentence in form.errors.items()}
    return render_template(
        "request/question.html",
        flow=flow,
        w=flow.said,
        question=question,
        form=form,
        draft=sealed(answers, flow.whose),
        draft_field=FIELD,
        number=number,
        count=len(names),
        was_checked=bool(request.form.get("was_checked") or request.form.get("step") == CHECK),
        languages=language_options(),
        textures=TEXTURES,
        household_name=form_of(answers).value("contact_name") or "them",
        today=today(),
    )


def _check_page(flow: Flow, form: Form, answers: Answers) -> str:
    return render_template(
        "request/check.html",
        flow=flow,
        w=flow.said,
        form=form,
        draft=sealed(answers, flow.whose),
        draft_field=FIELD,
        household=read_household(form_of(answers), method=flow.method),
        wish=read_wish(form_of(answers)),
        entitled=entitlement_words(read_entitlement(form_of(answers))),
        language=language_name(form.value("language") or "en"),
        textures=dict(TEXTURES),
        may_keep=form.value("agrees_needs") != "no",
    )
