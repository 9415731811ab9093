"""What has been answered so far, carried in the form itself: signed by us, bound to whose form it is, good for a day.

Nothing of it is on the server until the last page is sent, so that no half-asked household is ever kept; or until somebody
saves it for later, and then only as the holder of the code can read it.
"""

from __future__ import annotations

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from logistics.domain.errors import BadInput
from web.forms import Form

FIELD = "draft"
_KEPT_S = 86_400
Answers = dict[str, list[str]]


def answers_so_far(whose: str) -> Answers:
    """The answers of the pages before. Raises BadInput when they were not signed by us, for this person, today."""
    carried = request.form.get(FIELD, "")
    if not carried:
        return {}
    try:
        begun_by, answers = _signer().loads(carried, max_age=_KEPT_S)
    except (BadSignature, ValueError, TypeError):
        raise BadInput("This form was open too long. Nothing was saved: start again, please.") from None
    if begun_by != whose:
        raise BadInput("This form was begun by somebody else. Nothing was saved: start again, please.")
    return dict(answers)


def sealed(answers: Answers, whose: str) -> str:
    """The answers for the hidden field of the next page."""
    return _signer().dumps([whose, answers])


def form_of(answers: Answers) -> Form:
    """The answers as a form that can be shown or read."""
    return Form(answers)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="request-draft")
