"""`python -m logistics.cli` is the command `rounds`, for whoever starts it by the interpreter."""

from __future__ import annotations

from logistics.cli import main

main(prog_name="rounds")
