"""Every table and column of the spreadsheets: how a cell is read and written, whether it may be empty, what that means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from logistics.domain.household import MOST_WHO_LETTERS, AgeBand, Kitchen
from logistics.domain.vocabulary import (
    Allergen,
    AllergenDeclaration,
    CredentialKind,
    Diet,
    DriverNeed,
    Frequency,
    Fulfilment,
    Handover,
    OrganisationKind,
    PairKind,
    Product,
    TemperatureClass,
    Trait,
    VehicleKind,
)
from logistics.services.household_needs import MOST_WORDS
from logistics.services.imports import cells
from logistics.services.imports.cells import BadCell, Parser
from logistics.services.imports.household_cells import ages, extras, write_ages, write_extras
from logistics.services.imports.written import Writer, by_type, parts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: how a cell is read and, its inverse, written. A cell may be empty unless `required`.

    Its name must stand in the header, unless `optional`: then neither a missing column nor an empty cell says anything, and
    what is in the database stays.
    """

    name: str
    parse: Parser
    required: bool = True
    empty: Any = None
    optional: bool = False
    write: Writer = by_type


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One table: its columns, and those whose values together may stand in one row only (none: rows may repeat).

    An `optional` one may be left out of the files.
    """

    name: str
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()
    optional: bool = False


def _must(name: str, parse: Parser, *, write: Writer = by_type) -> Column:
    return Column(name=name, parse=parse, write=write)


def _may(name: str, parse: Parser, empty: Any = None, *, write: Writer = by_type) -> Column:
    return Column(name=name, parse=parse, required=False, empty=empty, write=write)


def _optional(name: str, parse: Parser, *, write: Writer = by_type) -> Column:
    return Column(name=name, parse=parse, required=False, optional=True, write=write)


def credentials(text: str) -> tuple[tuple[CredentialKind, date], ...]:
    """`kind:expiry` separated by `|`, each kind once."""
    kind_of = cells.one_of(CredentialKind, "a credential")
    found: dict[CredentialKind, date] = {}
    for part in filter(None, (part.strip() for part in text.split("|"))):
        word, colon, expiry = part.partition(":")
        if not colon:
            raise BadCell(f"{cells.shown(part)} has no expiry date. Write it like dbs_basic:2028-01-31.")
        kind = kind_of(word.strip())
        if kind in found:
            raise BadCell(f"{cells.shown(word)} is there twice. Keep the later date.")
        found[kind] = cells.day(expiry.strip())
    return tuple(sorted(found.items()))


def write_credentials(value: tuple[tuple[CredentialKind, date], ...]) -> str:
    """The inverse of `credentials`."""
    return "|".join(f"{kind.value}:{expiry.isoformat()}" for kind, expiry in value)


def declaration(text: str) -> tuple[AllergenDeclaration, frozenset[Allergen]]:
    """What the donor said of the 14: a list, `none`, or `undeclared`."""
    word = text.strip().casefold()
    if word in ("none", "undeclared"):
        return AllergenDeclaration(word), frozenset()
    named = cells.several(Allergen, "an allergen")(text)
    return AllergenDeclaration.CONTAINS, frozenset(Allergen(allergen) for allergen in named)


def write_declaration(value: tuple[AllergenDeclaration, frozenset[Allergen]]) -> str:
    """The inverse of `declaration`. A declaration that names nothing is written as none that was made: unknown is never none."""
    said, allergens = value
    if said is AllergenDeclaration.CONTAINS:
        return by_type(allergens) or AllergenDeclaration.UNDECLARED.value
    return said.value


def languages(text: str) -> str:
    """Language codes separated by `|`."""
    return "|".join(part.strip().lower() for part in str(cells.words(200)(text)).split("|") if part.strip())


NOBODY_SAID = (AllergenDeclaration.UNDECLARED, frozenset[Allergen]())

ORGANISATIONS = TableSpec(
    name="organisations",
    unique=("code",),
    columns=(
        _must("code", cells.code()),
        _must("name", cells.words(200)),
        _must("kind", cells.one_of(OrganisationKind, "a kind of organisation")),
        _may("postcode", cells.postcode, ""),
        _may("access_notes", cells.words(1000), ""),
        _may("phone", cells.phone, ""),
    ),
)
HUBS = TableSpec(
    name="hubs",
    unique=("organisation",),
    columns=(
        _must("organisation", cells.code()),
        _must("parcels_per_day", cells.whole(0, 100_000)),
        _must("open", cells.clock_time),
        _must("close", cells.clock_time),
    ),
)
HOUSEHOLDS = TableSpec(
    name="households",
    unique=("ref",),
    columns=(
        _must("ref", cells.code()),
        _may("group", cells.code()),
        _may("referrer", cells.code()),
        _must("contact_name", cells.words(200)),
        _must("adults", cells.whole(0, 30)),
        _must("children", cells.whole(0, 30)),
        _may("address", cells.words(300), ""),
        _may("postcode", cells.postcode, ""),
        _may("access_notes", cells.words(1000), ""),
        _may("phone", cells.phone, ""),
        _may("language", cells.words(16), "en"),
        _may("diets", cells.several(Diet, "a diet"), frozenset()),
        _may("allergens", cells.several(Allergen, "an allergen"), frozenset()),
        _may("texture_iddsi", cells.whole(3, 7)),
        _may("at_risk", cells.yes_no, False),
        _may("driver_needs", cells.several(DriverNeed, "a need"), frozenset()),
        _may("consent_on", cells.day),
        _may("floor", cells.whole(-5, 150), 0),
        _may("lift", cells.yes_no, False),
        _may("handover", cells.one_of(Handover, "a way to hand over"), Handover.HAND_OVER),
        _must("confidential_address", cells.yes_no),
        _may("people_at_door", cells.whole(1, 2), 1),
        _optional("own_words", cells.words(MOST_WORDS)),
        _optional("kitchen", cells.one_of(Kitchen, "a kitchen")),
        _optional("ages", ages, write=write_ages),
        _optional("extras", extras, write=write_extras),
    ),
)
MEMBERS = TableSpec(
    name="members",
    optional=True,
    columns=(
        _must("household", cells.code()),
        _must("who", cells.words(MOST_WHO_LETTERS)),
        _may("age", cells.one_of(AgeBand, "an age")),
        _may("diets", cells.several(Diet, "a diet"), frozenset()),
        _may("allergens", cells.several(Allergen, "an allergen"), frozenset()),
    ),
)
STANDING_ORDERS = TableSpec(
    name="standing_orders",
    columns=(
        _must("household", cells.code()),
        _must("product", cells.one_of(Product, "a product")),
        _must("quantity", cells.whole(1, 1_000)),
        _must("days", cells.weekdays),
        _must("window_start", cells.clock_time),
        _must("window_end", cells.clock_time),
        _may("frequency", cells.one_of(Frequency, "a frequency"), Frequency.WEEKLY),
        _must("from", cells.day),
        _may("until", cells.day),
        _may("fulfilment", cells.one_of(Fulfilment, "a way of fulfilment"), Fulfilment.DELIVERY),
    ),
)
PAUSES = TableSpec(
    name="pauses",
    unique=("household", "from", "to"),
    columns=(
        _must("household", cells.code()),
        _must("from", cells.day),
        _must("to", cells.day),
        _may("reason", cells.words(200), ""),
    ),
)
DONATION_SLOTS = TableSpec(
    name="donation_slots",
    columns=(
        _must("donor", cells.code()),
        _must("date", cells.day),
        _must("ready_at", cells.clock_time),
        _must("collect_by", cells.clock_time),
        _must("temperature", cells.one_of(TemperatureClass, "a temperature")),
        _must("portions", cells.whole(0, 100_000)),
        _must("dish", cells.words(200)),
        _may("diets", cells.several(Diet, "a diet"), frozenset()),
        _may("allergens", declaration, NOBODY_SAID, write=write_declaration),
        _may("texture_iddsi", cells.whole(3, 7)),
        _may("weight_g", cells.whole(0, 100_000_000), 0),
        _may("hot_hold_until", cells.clock_time),
        _may("use_by", cells.day),
    ),
)
VOLUNTEERS = TableSpec(
    name="volunteers",
    unique=("ref",),
    columns=(
        _must("ref", cells.code()),
        _may("group", cells.code()),
        _must("name", cells.words(200)),
        _may("phone", cells.phone, ""),
        _must("start_postcode", cells.postcode),
        _must("vehicle", cells.one_of(VehicleKind, "a vehicle")),
        _must("capacity_parcels", cells.whole(0, 10_000)),
        _must("capacity_portions", cells.whole(0, 10_000)),
        _must("hot_litres", cells.scaled(1_000, 10_000), write=parts_of(1_000)),
        _must("cold_litres", cells.scaled(1_000, 10_000), write=parts_of(1_000)),
        _may("credentials", credentials, (), write=write_credentials),
        _may("traits", cells.several(Trait, "a trait"), frozenset()),
        _may("languages", languages, "en"),
        _must("max_stops", cells.whole(0, 500)),
        _must("max_hours_week", cells.scaled(3_600, 168), write=parts_of(3_600)),
    ),
)
SHIFTS = TableSpec(
    name="shifts",
    unique=("volunteer", "date", "start"),
    columns=(
        _must("volunteer", cells.code()),
        _must("date", cells.day),
        _must("start", cells.clock_time),
        _must("end", cells.clock_time),
    ),
)
PAIRS = TableSpec(
    name="pairs",
    unique=("volunteer", "household"),
    columns=(
        _must("volunteer", cells.code()),
        _must("household", cells.code()),
        _must("kind", cells.one_of(PairKind, "a kind of pair")),
        _may("weight", cells.whole(1, 100)),
    ),
)
LAST_WEEK = TableSpec(
    name="last_week",
    unique=("round", "date", "volunteer", "household"),
    columns=(
        _must("round", cells.words(120)),
        _must("date", cells.day),
        _must("volunteer", cells.code()),
        _must("sequence", cells.whole(1, 10_000)),
        _must("household", cells.code()),
        _must("outcome", cells.words(32)),
    ),
)

TABLES: tuple[TableSpec, ...] = (
    ORGANISATIONS,
    HOUSEHOLDS,
    MEMBERS,
    STANDING_ORDERS,
    PAUSES,
    DONATION_SLOTS,
    VOLUNTEERS,
    SHIFTS,
    PAIRS,
    LAST_WEEK,
)
"""The tables of a folder, in the order in which a person would mend them. Hubs stand in `network.json`."""
