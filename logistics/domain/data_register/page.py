"""The register as a page of the docs (`docs/data-register.md`); a test holds the two together."""

from __future__ import annotations

from collections.abc import Iterator

from logistics.domain.data_register import ELSEWHERE, REGISTER, Column, Table, Whose

_HEAD = """# The register of personal data

Every field that is kept: whose it is, why, on which lawful basis, who reads it, how long, whether whoever it is about gets it when they
ask, and what erasing them does to it. `rounds person register` prints this page; the program exports and erases by the same list,
and a test fails when a column of the database is not in it. Days such as `household_days` are the network's own; the defaults stand in
[Personal data](personal-data.md).

A star (*) marks special category data (health, religion, or what lets somebody guess at them).
"""


def register_page() -> str:
    """The whole page, in the register's order: tables with personal data, those without, places outside the database."""
    personal = [table for table in REGISTER.values() if any(each.is_personal for each in table.columns)]
    others = [table for table in REGISTER.values() if table not in personal]
    lines = [_HEAD, "## Tables that tell of people", ""]
    for table in personal:
        lines += [*_section(table), ""]
    lines += ["## Tables that tell of nobody", "", "| Table | Columns |", "|---|---|"]
    lines += [f"| `{table.name}` | {', '.join(f'`{each.name}`' for each in table.columns)} |" for table in others]
    lines += ["", "## Outside the tables", "", "| Where | What | How long | Erasing |", "|---|---|---|---|"]
    lines += [f"| {each.place} | {each.holds} | {each.keeping} | {each.on_erasure} |" for each in ELSEWHERE]
    return "\n".join(lines) + "\n"


def _section(table: Table) -> Iterator[str]:
    yield f"### `{table.name}`"
    yield ""
    yield f"- Whose: {table.whose.value}. Purpose: {table.purpose}."
    yield f"- Basis: {table.basis.value}."
    yield f"- Readers: {table.readers}."
    yield f"- Kept: {table.keeping.value}."
    yield ""
    yield "| Column | Handed out to whom it is about | Erasing |"
    yield "|---|---|---|"
    for column in table.columns:
        star = " *" if column.is_special else ""
        yield f"| `{column.name}`{star} | {_access(table, column)} | {column.erasure.value} |"


def _access(table: Table, column: Column) -> str:
    if column.withheld:
        return f"no: {column.withheld}"
    kinds = (Whose.HOUSEHOLD, Whose.VOLUNTEER)
    handed = [kind.value for kind in kinds if column in table.handed_to(kind)]
    return f"yes ({', '.join(handed)})" if handed else "no: nobody's who can be found by it"
