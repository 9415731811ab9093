"""How much one import may hold: far above a city's week, far below what would exhaust the machine."""

from __future__ import annotations

FILE_BYTES = 20 * 1024 * 1024
WORKBOOK_BYTES_UNPACKED = 100 * 1024 * 1024
WORKBOOK_PARTS = 500
ROWS = 200_000
COLUMNS = 100
CELL_CHARACTERS = 1_000
