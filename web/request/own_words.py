"""The words of the form's pages for somebody who asks for themselves: "you" where a referrer reads "they"."""

from __future__ import annotations

OWN: dict[str, str] = {}
"""What a referrer reads, and what a resident reads instead. What is not here is the same for both."""


def as_own(words: str) -> str:
    """For whoever asks for themselves."""
    return OWN.get(words, words)


def as_theirs(words: str) -> str:
    """For whoever asks for somebody else: the words as they are."""
    return words
