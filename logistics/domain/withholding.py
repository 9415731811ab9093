"""When somebody's data may be kept and not used: restriction (UK GDPR Art 18), and a yes that was taken back."""

from __future__ import annotations

from enum import StrEnum


class RestrictionReason(StrEnum):
    """Why a person may ask that we keep what we have and use it for nothing new (Art 18(1))."""

    WRONG = "wrong"
    UNLAWFUL = "unlawful"
    CLAIM = "claim"
    OBJECTED = "objected"

    @property
    def words(self) -> str:
        """As people read it."""
        return {
            "wrong": "They say that something is wrong, and we look into it",
            "unlawful": "We should not have it, and they do not want it erased",
            "claim": "We do not need it, and they need it for a legal claim",
            "objected": "They object, and we look into it",
        }[self.value]


class LiftReason(StrEnum):
    """Why a restriction ended. Whoever asked for it is told before (Art 18(3))."""

    ASKED = "asked"
    SETTLED = "settled"
    MISTAKE = "mistake"

    @property
    def words(self) -> str:
        """As people read it."""
        return {
            "asked": "They asked us to use it again",
            "settled": "It is settled, and we have told them",
            "mistake": "It was marked by mistake",
        }[self.value]


class WithdrawalMethod(StrEnum):
    """How somebody took back a yes. It must be as easy as saying it was."""

    TOLD_US = "told_us"
    IN_WRITING = "in_writing"
    OWN_PAGE = "own_page"
    OWN_CODE = "own_code"
    ON_A_FORM = "on_a_form"

    @property
    def words(self) -> str:
        """As people read it."""
        return {
            "told_us": "they told us",
            "in_writing": "in writing",
            "own_page": "on their own page",
            "own_code": "with the code of their form",
            "on_a_form": "on a form about what they can eat",
        }[self.value]


AT_THE_DESK = (WithdrawalMethod.TOLD_US, WithdrawalMethod.IN_WRITING)
"""How somebody else may have heard of it."""


class Withheld(StrEnum):
    """Why no new plan may use what we know of somebody."""

    RESTRICTED = "restricted"
    WITHDREW = "withdrew"

    def sentence(self, ref: str) -> str:
        """As a plan tells it of a household that it leaves out."""
        if self is Withheld.RESTRICTED:
            return f"{ref} asked us to stop using its data."
        return f"{ref} took back its yes to getting food from us."

    @property
    def remedy(self) -> str:
        """What would bring it into a plan again."""
        if self is Withheld.RESTRICTED:
            return "Settle it with them: a coordinator lifts the restriction on their page."
        return "Only their own new yes: a coordinator enters it on their page."
