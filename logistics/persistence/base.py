"""The declarative base, the columns every scoped row has, and references that cannot leave their network."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, ForeignKeyConstraint, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import JSON, Uuid

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {uuid.UUID: Uuid(), dict[str, Any]: JSON(), list[Any]: JSON()}


def reference_to(table: str) -> ForeignKey:
    """A foreign key to a table that has no network, checked when the transaction commits (see `within_network`)."""
    return ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED")


class Scoped:
    """A row of one network. `(network_id, id)` is unique, so that other rows can refer to it within the network only."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)

    @declared_attr
    def network_id(cls) -> Mapped[uuid.UUID]:  # noqa: N805 - SQLAlchemy hands in the class
        """The network (tenant) that the row belongs to."""
        return mapped_column(reference_to("networks"), index=True)


def within_network(*links: tuple[str, str]) -> tuple[ForeignKeyConstraint | UniqueConstraint, ...]:
    """Composite foreign keys `(network_id, column) -> (table.network_id, table.id)` and the row's own unique pair.

    The database itself so refuses a reference to a row of another network. It does so when the transaction commits:
    rows may then be added in any order, which the unit of work needs, since it orders inserts by relationships alone.
    """
    return (
        UniqueConstraint("network_id", "id"),
        *(
            ForeignKeyConstraint(
                ["network_id", column],
                [f"{table}.network_id", f"{table}.id"],
                deferrable=True,
                initially="DEFERRED",
            )
            for column, table in links
        ),
    )
