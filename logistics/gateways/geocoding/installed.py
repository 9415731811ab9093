"""Postcode files that a network brought along, kept in ROUNDS_HOME and looked at before those of the package.

Each is one SQLite file that is written whole beside its place and then moved there: whatever ends an import, the files
that were in use stay in use.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from geopy import Location, Point
from geopy.geocoders.base import Geocoder

from logistics.domain.errors import BadInput, NotFound
from logistics.gateways.geocoding.chain import Provider
from logistics.gateways.geocoding.port import PostcodesDamaged
from logistics.gateways.geocoding.postcode import normalise_postcode
from logistics.gateways.geocoding.postcode_files import PostcodeFormat, read_postcodes

SUFFIX = ".places"
_LONGEST_NAME = 24
"""With the edition behind it, it must fit beside the answers in the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledPostcodes:
    """One set of postcodes on this machine."""

    name: str
    format: PostcodeFormat
    postcodes: int
    installed_at: datetime
    file: Path

    @property
    def edition(self) -> str:
        """Changes when the same name is imported again."""
        return f"{self.installed_at:%y%m%d%H%M%S}"


def install_postcodes(
    source: Path, folder: Path, *, name: str = "", now: datetime, told: Callable[[int], None] = lambda _count: None
) -> InstalledPostcodes:
    """Read a download into `folder`, under the name of the file unless one is given; `told` hears how many so far.

    A set of the same name is replaced, at the end and at once. Raises BadInput for a file that cannot be taken, or when
    there is no room; nothing changes then.
    """
    name = _slug(name or source.stem)
    path = _draft(folder, name)
    try:
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as database:
                postcodes = _fill(database, source, name=name, now=now, told=told)
        except sqlite3.Error as error:
            raise BadInput(
                f"The postcodes cannot be written to {folder} ({error}). Make room there and try again."
            ) from None
        if not postcodes:
            raise BadInput(f"{source.name} holds no postcode with a place. Fetch it again.")
        path.chmod(0o644)
        path.replace(folder / f"{name}{SUFFIX}")
    finally:
        path.unlink(missing_ok=True)
    return _about(folder / f"{name}{SUFFIX}")


def installed_postcodes(folder: Path) -> tuple[InstalledPostcodes, ...]:
    """Every set in the folder, the newest first. Raises PostcodesDamaged."""
    found = (_about(file) for file in folder.glob(f"*{SUFFIX}"))
    return tuple(sorted(found, key=lambda one: (one.installed_at, one.name), reverse=True))


def remove_postcodes(folder: Path, name: str) -> None:
    """Take a set away. Places found with it stay where they are. Raises NotFound."""
    file = folder / f"{_slug(name)}{SUFFIX}"
    if not file.is_file():
        raise NotFound(f"There are no postcodes called {name}: see “rounds places list”.")
    file.unlink()


def postcode_providers(folder: Path) -> tuple[Provider, ...]:
    """The installed sets as links of the chain, the newest first."""
    return tuple(
        Provider(name=one.name, geocoder=InstalledGazetteer(one.file), edition=one.edition)
        for one in installed_postcodes(folder)
    )


class InstalledGazetteer(Geocoder):  # type: ignore[misc]  # geopy ships no types
    """One installed set as a geopy geocoder. `geocode` answers None for a postcode that it does not hold."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def geocode(
        self, query: str, *, exactly_one: bool = True, timeout: object = None
    ) -> Location | list[Location] | None:
        """The postcode's point. Raises BadInput when the query is not a postcode, PostcodesDamaged.

        A set that somebody removes while this process runs knows nothing from then on.
        """
        del timeout
        postcode = normalise_postcode(query)
        if not self._file.exists():
            return None
        with _reading(self._file) as database:
            row = _one(database, self._file, "SELECT latitude, longitude FROM postcodes WHERE postcode = ?", postcode)
        if row is None:
            return None
        found = Location(postcode, Point(*row), {"postcode": postcode})
        return found if exactly_one else [found]


def _draft(folder: Path, name: str) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=f".{name}-", suffix=".part", delete=False) as draft:
            return Path(draft.name)
    except OSError as error:
        raise BadInput(
            f"Nothing can be written to {folder} ({error.strerror}). Make room there and try again."
        ) from None


def _fill(database: sqlite3.Connection, source: Path, *, name: str, now: datetime, told: Callable[[int], None]) -> int:
    # The draft is thrown away if anything goes wrong, so it needs no journal.
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute("CREATE TABLE about (name TEXT, format TEXT, postcodes INTEGER, installed_at TEXT)")
    database.execute(
        "CREATE TABLE postcodes (postcode TEXT PRIMARY KEY, latitude REAL NOT NULL, longitude REAL NOT NULL) WITHOUT ROWID"
    )
    count = 0
    kind = PostcodeFormat.ONSPD
    database.execute("BEGIN")
    for kind, rows in read_postcodes(source):  # noqa: B007 - the last one is the set's
        database.executemany(
            "INSERT OR REPLACE INTO postcodes VALUES (?, ?, ?)",
            [(row.postcode, row.latitude, row.longitude) for row in rows],
        )
        count += len(rows)
        told(count)
    held = int(database.execute("SELECT count(*) FROM postcodes").fetchone()[0])
    database.execute("INSERT INTO about VALUES (?, ?, ?, ?)", (name, kind.value, held, now.astimezone(UTC).isoformat()))
    database.execute("COMMIT")
    return held


def _about(file: Path) -> InstalledPostcodes:
    with _reading(file) as database:
        row = _one(database, file, "SELECT name, format, postcodes, installed_at FROM about")
    if row is None:
        raise _damaged(file)
    return InstalledPostcodes(
        name=row[0],
        format=PostcodeFormat(row[1]),
        postcodes=row[2],
        installed_at=datetime.fromisoformat(row[3]),
        file=file,
    )


def _reading(file: Path) -> closing[sqlite3.Connection]:
    try:
        # Never changed once it is in place, so it needs no lock.
        return closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True))
    except sqlite3.Error:
        raise _damaged(file) from None


def _one(database: sqlite3.Connection, file: Path, query: str, *values: str) -> tuple[str, str, int, str] | None:
    try:
        row: tuple[str, str, int, str] | None = database.execute(query, values).fetchone()
    except sqlite3.Error:
        raise _damaged(file) from None
    return row


def _damaged(file: Path) -> PostcodesDamaged:
    return PostcodesDamaged(
        f"The postcodes in {file} are damaged. Import them again, or “rounds places remove {file.stem}”."
    )


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST_NAME].strip("-")
    if not slug:
        raise BadInput("Give the postcodes a name of letters and figures, as in --name onspd-2026-08.")
    return slug
