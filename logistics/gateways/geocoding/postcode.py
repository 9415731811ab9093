"""Postcodes as people type them, made into postcodes as the Royal Mail writes them.

The forms are those of BS 7666 (A9, A99, A9A, AA9, AA99, AA9A, then 9AA). Letters that look like digits are put right
by their place: no two postcodes differ in nothing but O for 0 or I for 1 (a test holds that), so this is never a guess.
"""

from __future__ import annotations

import re
from itertools import product

from logistics.domain.errors import BadInput

# The 121 areas of Great Britain and Northern Ireland, and the three of the Crown dependencies.
_AREA_LIST = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK "
    "FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG "
    "NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR "
    "TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
AREAS = frozenset(_AREA_LIST.split())

# A district is never written with a leading zero, and its last letter is never one that could be a digit.
_OUTWARD = re.compile(r"([A-Z]{1,2})(0|[1-9][0-9]?|[0-9][ABCDEFGHJKMNPRSTUVWXY])")
# Inward letters leave out C, I, K, M, O and V.
_INWARD = re.compile(r"[0-9][ABDEFGHJLNPQRSTUWXYZ]{2}")
_LOOKALIKES = {"0": "0O", "O": "O0", "1": "1I", "I": "I1"}
# Only these areas, in the middle of London, have districts that end in a letter (SE1P, W1A).
_LETTERED_AREAS = frozenset({"E", "EC", "N", "NW", "SE", "SW", "W", "WC"})
_EXAMPLE = "like SE16 3AA"


def normalise_postcode(text: str) -> str:
    """`se1o2ft` -> `SE10 2FT`. Raises BadInput with a sentence that says what is wrong and what to type."""
    shown = " ".join(text.split())
    letters = re.sub(r"[\s.\-_]+", "", text).upper()
    if not letters:
        raise BadInput(f"The postcode is missing. Type it whole, {_EXAMPLE}.")
    if not letters.isascii() or not letters.isalnum():
        raise BadInput(f"“{shown}” is not a postcode: it has only letters and digits, {_EXAMPLE}.")
    if len(letters) < 5:
        raise BadInput(f"“{shown}” is not a whole postcode. Type both halves, {_EXAMPLE}.")
    if len(letters) > 7:
        raise BadInput(f"“{shown}” is too long for a postcode. Type only the postcode, {_EXAMPLE}.")
    reading = _reading(letters)
    if reading is None:
        raise BadInput(f"“{shown}” is not a postcode. Check it and type it {_EXAMPLE}.")
    return f"{reading[:-3]} {reading[-3:]}"


def area_of(postcode: str) -> str:
    """The area (`SE`) of a normalised postcode."""
    match = re.match(r"[A-Z]{1,2}", postcode)
    assert match is not None, "a normalised postcode starts with its area"
    return match[0]


def _is_postcode(letters: str) -> bool:
    outward = _OUTWARD.fullmatch(letters[:-3])
    if outward is None or _INWARD.fullmatch(letters[-3:]) is None:
        return False
    return outward[1] in (AREAS if outward[2].isdigit() else _LETTERED_AREAS)


def _reading(letters: str) -> str | None:
    """The letters as they are if they make a postcode, else the one way to read them so that they do."""
    choices = (_LOOKALIKES.get(letter, letter) for letter in letters)
    return next(filter(_is_postcode, map("".join, product(*choices))), None)
