"""The words of the register of personal data: whose a field is, why we hold it, who reads it, how long, what erasing does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Whose(StrEnum):
    """Whom a field tells something of. Households and volunteers can ask for what is kept of them, and to be erased."""

    HOUSEHOLD = "household"
    VOLUNTEER = "volunteer"
    ACCOUNT = "account"
    DONOR = "donor"
    NOBODY = "nobody"


class Basis(StrEnum):
    """The lawful basis (UK GDPR Art 6, and Art 9 for health and religion)."""

    INTEREST = "legitimate interests (Art 6(1)(f)): bringing food to those who asked"
    CONSENT = "explicit consent (Art 6(1)(a), Art 9(2)(a))"
    SAFEGUARDING = "safeguarding (Art 6(1)(f), Art 9(2)(g) with DPA 2018 Sch 1 para 18)"
    ACCOUNT = "legal obligation to keep data safe (Art 6(1)(c), Art 32)"
    NONE = "no personal data"


class Keeping(StrEnum):
    """How long a field is kept. The days are a network's own (`logistics.domain.retention`)."""

    HOUSEHOLD = "until the household was closed for household_days"
    VOLUNTEER = "until the volunteer was closed for volunteer_days"
    CASE = "until the follow-up was closed for case_days"
    NOTE = "note_days"
    CALL = "call_days"
    LINK = "link_days after it ended"
    SESSION = "session_days after it ended"
    MAIL = "mail_days after it went out or was given up"
    FORM = "7 days after it was saved"
    PLACE = "place_days after it was asked"
    PHOTO = "photo_days"
    DOOR_PHOTO = "the days that the network set for photos at the door; until the tap is undone"
    CHALLENGE = "an hour"
    ACCOUNT = "until the account is erased with its person, or closed by an admin"
    TRAIL = "as long as the network; ids alone"
    NETWORK = "as long as the network"


class OnErasure(StrEnum):
    """What erasing the person does to a field."""

    ROW = "the row is deleted"
    BLANK = "emptied"
    NEW = "replaced by a word that says nothing"
    KEPT = "kept: once the rest is gone it is nobody's, and totals stay right"
    STRUCK = "the person's values inside it are struck out"
    CASE = "kept until the case is over, then deleted"
    MATCHED = "the row is deleted where it holds the person's value"
    ENDS = "locked with a code that we do not keep; the row is deleted when its days are over"
    NOTHING = "nothing: it is not theirs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How rows of a table are found for a person: `own` is a column of it, equal to column `their` of rows already found of `table`."""

    whose: Whose
    own: str
    table: str
    their: str = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `withheld`: why a person who asks for their data does not get it; empty where they do."""

    name: str
    erasure: OnErasure
    is_special: bool = False
    withheld: str = ""
    withheld_from: frozenset[Whose] = frozenset()
    """Those who do not get it though others do: it tells of somebody else."""
    is_personal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: what is said of all its columns, and the columns themselves."""

    name: str
    title: str
    """For the person whose data it is."""
    whose: Whose
    purpose: str
    basis: Basis
    readers: str
    keeping: Keeping
    columns: tuple[Column, ...]
    links: tuple[Link, ...] = ()

    def links_of(self, whose: Whose) -> tuple[Link, ...]:
        """How rows of such a person are found; empty where none are."""
        return tuple(link for link in self.links if link.whose is whose)

    def handed_to(self, whose: Whose) -> Iterator[Column]:
        """The columns that such a person gets when they ask."""
        if self.links_of(whose) or self.name == f"{whose.value}s":
            yield from (each for each in self.columns if not each.withheld and whose not in each.withheld_from)

    @property
    def goes_whole(self) -> bool:
        """Whether erasing deletes its rows."""
        return any(each.erasure is OnErasure.ROW for each in self.columns)


STRUCTURE = "joins rows together and says nothing by itself"
SECRET = "a secret, or the mark of one: handed out it would open what it guards"  # noqa: S105 - a reason, no secret
OTHERS = "says who of our people did it: theirs, not yours"
WORKINGS = "how the program works: nothing about you"


def own(
    names: str,
    erasure: OnErasure,
    *,
    special: bool = False,
    withheld: str = "",
    withheld_from: frozenset[Whose] = frozenset(),
) -> tuple[Column, ...]:
    """Columns that tell something of a person."""
    return tuple(
        Column(name=name, erasure=erasure, is_special=special, withheld=withheld, withheld_from=withheld_from)
        for name in names.split()
    )


def plain(names: str, withheld: str = STRUCTURE, *, erasure: OnErasure = OnErasure.KEPT) -> tuple[Column, ...]:
    """Columns that tell nothing of a person by themselves."""
    return tuple(Column(name=name, erasure=erasure, withheld=withheld, is_personal=False) for name in names.split())


def of_household(own_column: str = "household_id", table: str = "households", their: str = "id") -> tuple[Link, ...]:
    """A link of households."""
    return (Link(whose=Whose.HOUSEHOLD, own=own_column, table=table, their=their),)


def of_volunteer(own_column: str = "volunteer_id", table: str = "volunteers", their: str = "id") -> tuple[Link, ...]:
    """A link of volunteers."""
    return (Link(whose=Whose.VOLUNTEER, own=own_column, table=table, their=their),)


def of_both(own_column: str, table: str, their: str = "id") -> tuple[Link, ...]:
    """A link of both, by way of the same table."""
    return (*of_household(own_column, table, their), *of_volunteer(own_column, table, their))


IDS = plain("id network_id")
"""What each row has."""


def nobodys(name: str, title: str, columns: str, *, purpose: str = "planning and running a week") -> Table:
    """A table without personal data."""
    return Table(
        name=name,
        title=title,
        whose=Whose.NOBODY,
        purpose=purpose,
        basis=Basis.NONE,
        readers="whoever plans the week",
        keeping=Keeping.NETWORK,
        columns=plain(columns, WORKINGS, erasure=OnErasure.NOTHING),
    )
