"""Words that every form about a household offers: languages and food textures."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

LANGUAGE_CODES = [
    "en",
    "ar",
    "bn",
    "zh",
    "fr",
    "it",
    "pl",
    "pt",
    "pa",
    "ro",
    "so",
    "es",
    "ti",
    "tr",
    "uk",
    "ur",
    "vi",
    "yo",
]
TEXTURES = (
    ("", "Ordinary food"),
    ("7", "Level 7: easy to chew"),
    ("6", "Level 6: soft and bite-sized"),
    ("5", "Level 5: minced and moist"),
    ("4", "Level 4: pureed"),
    ("3", "Level 3: liquidised"),
)
"""IDDSI levels from the one nearest to ordinary food."""


def language_options() -> list[tuple[str, str]]:
    """Codes with their English names, English first, then by name."""
    named = [(code, language_name(code)) for code in LANGUAGE_CODES]
    return [named[0], *sorted(named[1:], key=lambda option: option[1])]


def language_name(code: str) -> str:
    """`Bengali` for `bn`; the code itself for one that nobody knows."""
    try:
        return Locale.parse(code).get_language_name("en") or code
    except (ValueError, UnknownLocaleError):
        return code
