"""Tokens cannot be guessed, and what is stored does not give them away."""

from __future__ import annotations

import base64
import re

from logistics.gateways.tokens import hash_token, new_token, new_word_password, token_matches


def test_a_token_holds_128_bits_at_least() -> None:
    """It decodes to 16 random bytes or more, is safe in an address, and never comes twice."""
    tokens = {new_token() for _ in range(500)}
    assert len(tokens) == 500
    for token in tokens:
        assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
        assert len(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))) >= 16


def test_a_token_matches_its_own_hash_alone() -> None:
    """The right token opens; another one, a cut one and an empty one do not."""
    token, other = new_token(), new_token()
    stored = hash_token(token)
    assert token_matches(token, stored)
    assert not any(token_matches(wrong, stored) for wrong in (other, token[:-1], token + "A", "", "é"))


def test_the_stored_hash_is_sha256() -> None:
    """64 hexadecimal figures, the published ones for "abc" (FIPS 180-4), without the token in them."""
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_word_password_can_be_read_aloud() -> None:
    """Four plain words and a number, another one each time."""
    made = {new_word_password() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"([a-z]+-){4}[0-9]{2}", password) for password in made)
