"""Cells that a spreadsheet would take for a formula: made harmless in a file of text, and read back as they were.

A leading apostrophe makes such a cell text to every spreadsheet (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import re

_SIGNS = r"[=+\-@\t\r\n＝＋－＠]"
"""What a spreadsheet runs; the wide forms as well."""
_RUN = re.compile(rf"'*{_SIGNS}")
_MADE_SAFE = re.compile(rf"'+{_SIGNS}")


def formula_safe(text: str) -> str:
    """The text for a cell of a CSV file: with one apostrophe before what would be run, and before what looks made safe."""
    return f"'{text}" if _RUN.match(text) else text


def as_it_was(cell: str) -> str:
    """What `formula_safe` was given: exactly its apostrophe is taken away again, and no other."""
    return cell[1:] if _MADE_SAFE.match(cell) else cell
