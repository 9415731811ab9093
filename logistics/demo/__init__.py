"""The bundled demo week: a network as the spreadsheets hold it, its people made up."""

from pathlib import Path

DEMO_WEEK_FOLDER = Path(__file__).parent / "week"
