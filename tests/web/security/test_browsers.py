"""The kind of a browser in words: known ones as people call them, unknown ones as nothing."""

from __future__ import annotations

import pytest

from web.security.browsers import kind_of_browser

KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {KHTML} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 8) {KHTML} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (Linux; Android 14) {KHTML} SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15", "Safari on a Mac"),
        ("Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile Safari/604.1", "Chrome on an iPad"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 15917.71.0) {KHTML} Chrome/140.0 Safari/537.36", "Chrome on a Chromebook"),
        ("Something (Linux)", "A browser on Linux"),
        ("curl/8.14", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_kind_is_told_in_words(user_agent: str, words: str) -> None:
    """No version, no model and no language: what many people share."""
    assert kind_of_browser(user_agent) == words
