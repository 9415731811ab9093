"""Text that tries to break a page, in families. What could run carries the mark that the reader of pages looks for."""

from __future__ import annotations

from collections.abc import Mapping

from tests.crawl.page_reader import MARK

PAYLOADS: Mapping[str, tuple[str, ...]] = {
    "script": (
        f"<script>{MARK}()</script>",
        f"</script><script>{MARK}()</script>",
        f"<{MARK} onclick={MARK}()>",
        f"<img src=x onerror={MARK}()>",
        f"</textarea></title><svg/onload={MARK}()>",
        f"<!--<img src='--><img src=x onerror={MARK}()>",
        f"javascript:{MARK}()",
    ),
    "attribute": (
        f'" {MARK}="1',
        f"' {MARK}='1",
        f'"><{MARK}>',
        f"` onmouseover={MARK}() x=",
        f"&quot; {MARK}=&quot;1 &#34;&gt;&lt;{MARK}&gt;",
    ),
    "template": (
        "{{7*191}}zq",
        "{%raw%}{{config}}",
        "${7*191}zq",
        "#{7*191}zq",
        "%(secret)s {0.__class__}",
        "<%= 7*191 %>zq",
    ),
    "sql": (
        "' OR '1'='1",
        "'; DROP TABLE household; --",
        '" UNION SELECT password FROM account --',
        "%' AND 1=CAST((SELECT 1) AS INT)--",
        "\\'; --",
        "%_%",
    ),
    "path": (
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "/etc/passwd",
        "....//....//etc/passwd",
        "file:///etc/passwd",
    ),
    "line": ("a\r\nX-Zq7x: 1", "a\nSet-Cookie: zq7x=1", "a\r\n\r\n<html>", "a\u2028b\u2029c\x85d"),
    "null": ("\x00", "a\x00b", "2026-12-02\x00", "00000000-0000-4000-8000-00000000000\x00"),
    "unicode": (
        "\u202eevil\u202c",
        "\u200b\u200d\ufeff",
        "Z\u0351\u036b\u0343\u036a\u0302\u036b" * 40,
        "\U0001f600\U0001f468\u200d\U0001f469",
        "\uff1cscript\uff1e",
        "\ufffd\ufffe\uffff",
        "i\u0307\u0130\u1e9e\u0149",
        "١٢٣",
        "²",
    ),
    "huge": ("A" * 70_000, "9" * 5_000, "-" * 3_000, "<" * 20_000),
    "types": (
        "-1",
        "0",
        "1e309",
        "NaN",
        "Infinity",
        "99999999999999999999999",
        "0x1F",
        "2026-02-30",
        "9999-12-31",
        "0001-01-01",
        "2026-W00",
        "2026-W60",
        "9999-W53",
        "25:61",
        "24:00",
        "12:00:00+14:00",
        "true",
        "[]",
        "{}",
        "null",
        "undefined",
        "00000000-0000-4000-8000-000000000000",
    ),
    "redirect": (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/%09/evil.example",
        "/\t/evil.example",
        "https:evil.example",
        "//localhost@evil.example",
        "http://localhost.evil.example/",
        "///evil.example",
        "%2f%2fevil.example",
    ),
    "formula": (
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        '@SUM(1+1)*cmd|"/C calc"!A0',
        "\t=1+1",
        "\r=1+1",
        '=HYPERLINK("//evil.example")',
    ),
}
"""Each family with its texts. A family is one case of the proof for each of those who come."""

LEADING = ("next", "return", "return_to", "back", "to", "url", "redirect", "after", "continue", "goto", "location")
"""Names under which pages are told where to go on."""

HEADERS: tuple[Mapping[str, str], ...] = (
    {"Host": "evil.example"},
    {"Host": "localhost:99999"},
    {"Host": "localhost@evil.example"},
    {"Host": f'"><{MARK}>'},
    {"Host": ""},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Forwarded-For": "not an address"},
    {"X-Forwarded-Prefix": "//evil.example", "X-Original-URL": "/accounts", "X-Rewrite-URL": "/accounts"},
    {"Forwarded": "host=evil.example;proto=https;for=_x"},
    {"Referer": "https://evil.example/", "Origin": "https://evil.example"},
    {"User-Agent": f"<script>{MARK}()</script>", "Accept-Language": f'"><{MARK}>'},
    {"Accept": "application/json", "Content-Type": "application/json; charset=nonsense"},
    {"Accept": "*/*;q=nonsense", "Range": "bytes=0-1,5-2", "If-Modified-Since": "yesterday", "If-None-Match": "'"},
    {"Cookie": "rounds=.x.y.z; rounds-route=zz; rounds-device=; rounds-donor-week=\u00ff"},
    {"Accept-Encoding": "\u00ff", "X-HTTP-Method-Override": "DELETE", "X-CSRFToken": "zz"},
)
"""Headers that lie about where we are, who asks and what is wanted."""
