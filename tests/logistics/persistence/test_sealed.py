"""Sealed columns: who has the database and not the keys reads nothing of health, religion, concerns and how to get in."""

from __future__ import annotations

import uuid
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, func, select, table
from sqlalchemy.exc import StatementError
from sqlalchemy.sql import column

from logistics.domain.vocabulary import Allergen, Diet
from logistics.gateways.sealing import FieldKeyMissing, FieldKeys, new_key
from logistics.persistence.base import Base
from logistics.persistence.database import Database, open_database
from logistics.persistence.engine import make_engine
from logistics.persistence.row_security import of_every_network
from logistics.persistence.schema import alembic_config, upgrade_schema
from logistics.persistence.sealed_columns import sealed_columns, values_by_mark
from logistics.persistence.tables import Concern, Household, HouseholdMember, HouseholdNeeds, Pause, Site
from tests.databases import everything_written
from tests.logistics.persistence.conftest import TwoNetworks

DOOR = "Key safe 4711 CANARYDOOR"
NOTE = "Bruises again CANARYNOTE"
OWN_WORDS = "no CANARYFRUIT"
PAUSE = "CANARYHOSPITAL until Friday"
NEEDLES = (DOOR, "Key safe", NOTE, OWN_WORDS, PAUSE, "CANARY", "halal", "peanuts", "sesame")


def found_in(url: str, needles: tuple[str, ...] = NEEDLES) -> list[str]:
    """Which of these words stand in the database."""
    written = everything_written(url)
    return [needle for needle in needles if needle.encode() in written]


def url_of(database: Database) -> str:
    """Where it is."""
    return database.engine.url.render_as_string(hide_password=False)


def write_all(database: Database, networks: TwoNetworks) -> uuid.UUID:
    """A household of ours with everything that is sealed; its id."""
    household_id = uuid.uuid4()
    with database.writing(networks.ours) as session:
        site = session.get_one(Site, networks.our_site)
        site.access_notes = DOOR
        session.add(Household(id=household_id, ref="H1", contact_name="Visible Name", site_id=site.id))
        session.add(
            HouseholdNeeds(
                household_id=household_id,
                diets={Diet.HALAL},
                allergens={Allergen.PEANUTS, Allergen.SESAME},
                texture_iddsi=5,
                unmapped=OWN_WORDS,
            )
        )
        session.add(
            HouseholdMember(household_id=household_id, number=1, who="CANARYGIRL", allergens={Allergen.PEANUTS})
        )
        session.add(
            Pause(household_id=household_id, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 2), reason=PAUSE)
        )
    return household_id


def test_what_is_sealed_is_read_back_and_stands_nowhere(database: Database, networks: TwoNetworks) -> None:
    """Values come back whole; in the file and its journal, or in the rows as text, there are 0 hits. A name stands there."""
    household_id = write_all(database, networks)
    with database.reading(networks.ours) as session:
        needs = session.scalars(select(HouseholdNeeds)).one()
        assert (needs.diets, needs.allergens) == ({Diet.HALAL}, {Allergen.PEANUTS, Allergen.SESAME})
        assert (needs.texture_iddsi, needs.unmapped) == (5, OWN_WORDS)
        assert session.get_one(Site, networks.our_site).access_notes == DOOR
        assert session.scalars(select(Pause.reason)).all() == [PAUSE]
        assert session.scalars(select(HouseholdMember.who)).all() == ["CANARYGIRL"]
        assert session.get_one(Household, household_id).contact_name == "Visible Name"
    assert found_in(url_of(database)) == []
    assert found_in(url_of(database), ("Visible Name",)) == ["Visible Name"], (
        "the search itself finds what is not sealed"
    )


def test_what_is_changed_leaves_no_trace_in_clear(database: Database, networks: TwoNetworks) -> None:
    """A concern's text cannot be found before it is changed, nor after."""
    write_all(database, networks)
    for words in (NOTE, NOTE + " twice"):
        with database.writing(networks.ours) as session:
            session.get_one(Site, networks.our_site).access_notes = words
        assert found_in(url_of(database), (NOTE, "CANARYNOTE")) == []


def test_no_needs_look_like_some(database: Database, networks: TwoNetworks) -> None:
    """Who has an allergy, a diet or a texture cannot be told from who has none: not by NULL, not by the length."""
    with database.writing(networks.ours) as session:
        for ref, diets, texture in (("H1", {Diet.HALAL, Diet.NO_PORK}, 4), ("H2", frozenset(), None)):
            household = Household(id=uuid.uuid4(), ref=ref, contact_name="A", site_id=networks.our_site)
            session.add(household)
            session.add(HouseholdNeeds(household_id=household.id, diets=diets, texture_iddsi=texture))
    raw = table("household_needs", column("diets"), column("texture_iddsi"), column("allergens"))
    with of_every_network(database.engine).connect() as connection:
        rows = connection.execute(select(*(func.length(each) for each in raw.c))).all()
    assert len(rows) == 2
    assert rows[0] == rows[1]
    with database.reading(networks.ours) as session:
        read = session.execute(select(HouseholdNeeds.diets, HouseholdNeeds.texture_iddsi)).all()
        assert {(row.diets, row.texture_iddsi) for row in read} == {
            (frozenset({Diet.HALAL, Diet.NO_PORK}), 4),
            (frozenset[Diet](), None),
        }


def test_a_query_cannot_compare_what_is_sealed(database: Database, networks: TwoNetworks) -> None:
    """It would quietly find nothing: it is refused. Whether a text is empty can be asked."""
    write_all(database, networks)
    for ask in (
        lambda: HouseholdNeeds.unmapped == OWN_WORDS,
        lambda: HouseholdNeeds.unmapped.contains("fruit"),
        lambda: HouseholdNeeds.diets == {Diet.HALAL},
        lambda: HouseholdNeeds.texture_iddsi > 3,
        Concern.note.desc,
    ):
        with pytest.raises(TypeError, match="only be asked whether it is empty"):
            ask()
    with database.reading(networks.ours) as session:
        asked = func.coalesce(HouseholdNeeds.unmapped, "")
        assert session.scalar(select(func.count()).select_from(HouseholdNeeds).where(asked != "")) == 1


def test_bounds_that_the_database_no_longer_sees_are_kept(database: Database, networks: TwoNetworks) -> None:
    """A text that is too long and a texture that there is not are refused before they are sealed."""
    household_id = write_all(database, networks)
    for name, value in (("texture_iddsi", 9), ("unmapped", "x" * 501)):
        with pytest.raises(StatementError, match=r"out of bounds|too long"):
            _change_needs(database, networks, household_id, name, value)
    with database.reading(networks.ours) as session:
        assert session.execute(select(HouseholdNeeds.texture_iddsi, HouseholdNeeds.unmapped)).one() == (5, OWN_WORDS)


def _change_needs(database: Database, networks: TwoNetworks, household_id: uuid.UUID, name: str, value: object) -> None:
    with database.writing(networks.ours) as session:
        needs = session.scalars(select(HouseholdNeeds).where(HouseholdNeeds.household_id == household_id)).one()
        setattr(needs, name, value)


def test_without_the_key_nothing_opens(database: Database, networks: TwoNetworks) -> None:
    """One sentence at the start, which names the key that is missing and what to do, and no key."""
    write_all(database, networks)
    (mark,) = values_by_mark(database.engine)
    other = new_key()
    with pytest.raises(FieldKeyMissing, match="back into ROUNDS_HOME") as caught:
        open_database(url_of(database), keys=FieldKeys((other,)))
    assert mark in str(caught.value)
    assert other not in str(caught.value)


def test_a_token_that_was_changed_is_not_read(database: Database, networks: TwoNetworks) -> None:
    """Not as something else, and not as nothing: it is told."""
    write_all(database, networks)
    raw = table("household_needs", column("unmapped"))
    with of_every_network(database.engine).begin() as connection:
        token = str(connection.execute(select(raw.c.unmapped)).scalar_one())
        swapped = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
        connection.execute(raw.update().values(unmapped=swapped))
    with pytest.raises(FieldKeyMissing, match="is not what was sealed"), database.reading(networks.ours) as session:
        session.scalars(select(HouseholdNeeds)).all()


def test_these_columns_are_sealed() -> None:
    """The list: whoever takes a column out of it does so on purpose."""
    assert {f"{each.table.name}.{each.token.name}" for each in sealed_columns()} == {
        "concerns.note",
        "follow_up_entries.note",
        "household_extras.detail",
        "household_members.allergens",
        "household_members.diets",
        "household_members.who",
        "household_needs.allergens",
        "household_needs.diets",
        "household_needs.texture_iddsi",
        "household_needs.unmapped",
        "pauses.reason",
        "referral_changes.words",
        "sites.access_notes",
        "stop_notes.text",
        "welfare_calls.note",
    }


def test_the_migration_seals_what_is_there(database_url: str) -> None:
    """Rows of the version before, more than one helping of them, are read as before and found nowhere in clear."""
    engine = make_engine(database_url, for_schema_change=True)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection=connection), "0017")
    network = uuid.uuid4()
    sites = [uuid.uuid4() for _ in range(1203)]
    households = {uuid.uuid4(): site for site in sites[:2]}
    with engine.begin() as connection:
        old_network = _old("networks", "id", "slug", "name", "timezone", "on_call_name", "on_call_phone", "settings")
        connection.execute(
            old_network.insert().values(
                id=_id(engine, network), slug="a", name="A", timezone="Europe/London", on_call_name="", on_call_phone="", settings="{}"
            )
        )  # fmt: skip
        old_site = _old("sites", "id", "network_id", "address", "postcode", "access_notes")
        connection.execute(
            old_site.insert(),
            [
                {"id": _id(engine, site), "network_id": _id(engine, network), "address": f"{number} Road", "postcode": "A1",
                 "access_notes": f"{DOOR} {number}" if number else ""}
                for number, site in enumerate(sites)
            ],
        )  # fmt: skip
        for number, (household, site) in enumerate(households.items()):
            row = Base.metadata.tables["households"].insert()
            row = row.values(id=household, network_id=network, ref=f"H{number}", contact_name="A", site_id=site)
            connection.execute(row)
        old_needs = _old(
            "household_needs", "id", "network_id", "household_id", "diets", "allergens", "texture_iddsi", "unmapped"
        )
        for household, diets, texture, words in zip(
            households, ("halal|vegan", ""), (5, None), (OWN_WORDS, ""), strict=True
        ):
            connection.execute(
                old_needs.insert().values(
                    id=_id(engine, uuid.uuid4()), network_id=_id(engine, network), household_id=_id(engine, household),
                    diets=diets, allergens="peanuts|sesame" if diets else "", texture_iddsi=texture, unmapped=words,
                )
            )  # fmt: skip
    engine.dispose()
    assert set(found_in(database_url)) >= {DOOR, OWN_WORDS, "halal"}, "in clear before"
    upgrade_schema(database_url)
    assert found_in(database_url) == []
    with closing(open_database(database_url)) as database, database.reading(network) as session:
        notes = {row.id: row.access_notes for row in session.execute(select(Site.id, Site.access_notes))}
        assert notes == {site: f"{DOOR} {number}" if number else "" for number, site in enumerate(sites)}
        needs = {row.household_id: row for row in session.scalars(select(HouseholdNeeds))}
        some, none = (needs[household] for household in households)
        assert (some.diets, some.allergens) == ({Diet.HALAL, Diet.VEGAN}, {Allergen.PEANUTS, Allergen.SESAME})
        assert (some.texture_iddsi, some.unmapped) == (5, OWN_WORDS)
        assert (none.diets, none.allergens, none.texture_iddsi, none.unmapped) == (frozenset(), frozenset(), None, "")


def _old(name: str, *columns: str) -> Any:
    return table(name, *(column(each) for each in columns))


def _id(engine: Engine, value: uuid.UUID) -> Any:
    return value.hex if engine.dialect.name == "sqlite" else value
