"""Changing the keys of sealed columns while people work: a new key first, every value moved to it, then the old key goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from logistics.domain.errors import BadInput, RuleBroken
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.database import Database
from logistics.persistence.row_security import of_every_network
from logistics.persistence.sealed_columns import hold_still, marks_in_use, reseal_some, sealed_columns, values_by_mark

VALUES_AT_ONCE = 200
"""Moved in one transaction: a few hundredths of a second, for which others who write wait on SQLite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One key and how many values are under it. `is_here`: this server has it."""

    mark: str
    values: int
    is_here: bool
    is_newest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What was done. `went_on`: an earlier change was finished, and no new key was made."""

    newest: str
    values: int
    went_on: bool
    left_over: tuple[str, ...]


def use_of_keys(database: Database, keys: FieldKeys) -> tuple[KeyUse, ...]:
    """Each key that is here, the newest first, then those that values are under and that are not here."""
    counted = values_by_mark(database.engine)
    here = keys.marks
    return tuple(
        KeyUse(mark=mark, values=counted[mark], is_here=mark in here, is_newest=mark in here[:1])
        for mark in (*here, *sorted(counted.keys() - set(here)))
    )


def rotate_keys(database: Database, keys: FieldKeys, *, on_moved: Callable[[int], None] = lambda _: None) -> Rotated:
    """Make a new key and move every value to it, some at a time, while people work.

    Killed at any moment, nothing is lost, and the next call goes on where it stopped, with the same key. `on_moved` is told
    how many were moved so far. Raises BadInput where the keys are configured and the newest is in use everywhere already.
    """
    newest = keys.marks[:1]
    went_on = any(mark not in newest for mark in values_by_mark(database.engine))
    if not went_on:
        keys.add()
    moved = 0
    # Once more until nothing is found: somebody may have written with the key before in the meantime.
    while found := _move_all(database, moved, on_moved):
        moved += found
    return Rotated(newest=keys.marks[0], values=moved, went_on=went_on, left_over=keys.marks[1:])


def drop_key(database: Database, keys: FieldKeys, mark: str) -> None:
    """Remove a key that no value is under. Raises RuleBroken while one is, BadInput for the newest key, and for none here."""
    with of_every_network(database.engine).begin() as connection:
        hold_still(connection)
        values = marks_in_use(connection)[mark]
        if values:
            raise RuleBroken(
                f"{values} values are still sealed with the key {mark}: run “rounds keys rotate” first. Nothing has changed."
            )
        if keys.are_configured:
            raise BadInput(
                f"No value is under the key {mark}. Take it out of ROUNDS_FIELD_KEYS and start Food Rounds again."
            )
        keys.drop(mark)


def _move_all(database: Database, before: int, on_moved: Callable[[int], None]) -> int:
    moved = 0
    for each in sealed_columns():
        while found := reseal_some(database.engine, each, most=VALUES_AT_ONCE):
            moved += found
            on_moved(before + moved)
    return moved
