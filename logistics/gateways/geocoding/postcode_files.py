"""Postcode files as their publishers give them out: ONS Postcode Directory and Code-Point Open, as CSV, folder or zip.

Source: ONS, "ONS Postcode Directory user guide" (columns pcds, gridind, lat, long; latitude 99.999999 means none);
Ordnance Survey, "Code-Point Open user guide" (postcode, positional quality, eastings, northings, no heading).
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import IO

from logistics.domain.errors import BadInput
from logistics.gateways.geocoding.national_grid import to_wgs84
from logistics.gateways.geocoding.postcode import normalise_postcode

_POSTCODE = ("pcds", "pcd", "pcd8", "pcd7", "pcd2", "postcode")
_QUALITY = ("gridind", "osgrdind")
_LATITUDE = ("lat", "latitude")
_LONGITUDE = ("long", "longitude", "lon")
_NO_LATITUDE = 90.0
# ONS's grid indicator: 6 is the mean of a whole sector, 9 has no coordinates. Code-Point's quality is ten times that.
_TOO_COARSE = frozenset({6, 9})
_BATCH = 20_000
_MOST_AREAS = 200


class PostcodeFormat(StrEnum):
    """Whose files they are."""

    ONSPD = "onspd"
    CODE_POINT = "code-point"


@dataclass(frozen=True, slots=True)
class PostcodeRow:
    """A postcode in its usual form and its point in WGS84 degrees."""

    postcode: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class _Text:
    """One CSV file and its name in messages."""

    name: str
    lines: Iterable[str]


def read_postcodes(path: Path) -> Iterator[tuple[PostcodeFormat, list[PostcodeRow]]]:
    """The placed postcodes of a file, folder or zip, in batches, each with the format it is in.

    Raises BadInput, with file and line, for anything that is not such a file; what came before it must then be thrown away.
    """
    found = False
    with _texts(path) as texts:
        for text in texts:
            found = True
            yield from _read(text)
    if not found:
        raise BadInput(
            f"{path.name} holds no CSV file with postcodes: give the ONSPD file or Code-Point Open's folder."
        )


@contextmanager
def _texts(path: Path) -> Iterator[Iterator[_Text]]:
    try:
        if path.is_dir():
            names = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
            yield (_Text(name, _lines(names[name].open("rb"))) for name in _chosen(list(names)))
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield (_Text(name, _lines(archive.open(name))) for name in _chosen(archive.namelist()))
        elif path.is_file():
            yield iter([_Text(path.name, _lines(path.open("rb")))])
        else:
            raise BadInput(f"There is no file {path}. Give the path of the ONSPD or Code-Point Open download.")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise BadInput(f"{path.name} is damaged ({error}). Fetch it again.") from None


def _chosen(names: Sequence[str]) -> list[str]:
    """The data of a download among its guides, headings and copies cut into areas."""
    tables = sorted(name for name in names if name.lower().endswith(".csv"))
    code_point = [name for name in tables if PurePosixPath(name).parts[-3:-1] == ("Data", "CSV")]
    if code_point:
        return code_point[:_MOST_AREAS]
    data = [name for name in tables if "Data" in PurePosixPath(name).parts and "multi_csv" not in name]
    return data or [name for name in tables if "/" not in name]


def _lines(raw: IO[bytes]) -> Iterator[str]:
    with raw, io.TextIOWrapper(raw, encoding="utf-8-sig", errors="strict", newline="") as text:
        yield from text


def _read(text: _Text) -> Iterator[tuple[PostcodeFormat, list[PostcodeRow]]]:
    reader = csv.reader(text.lines)
    try:
        first = next(reader, None)
        if first is None:
            raise BadInput(f"{text.name} is empty. Fetch it again.")
        heading = [cell.strip().lower() for cell in first]
        columns = _columns(heading)
        if columns is not None:
            yield from ((PostcodeFormat.ONSPD, batch) for batch in _onspd(reader, columns))
        elif len(first) >= 4 and all(cell.strip().isdecimal() for cell in first[1:4]):
            rows = chain([first], reader)
            yield from ((PostcodeFormat.CODE_POINT, batch) for batch in _code_point(rows))
        else:
            raise BadInput(
                f"{text.name} is neither ONSPD (columns pcds, lat, long) nor Code-Point Open (postcode, quality, "
                "easting, northing): give one of these."
            )
    except (ValueError, IndexError, csv.Error) as error:
        what = (
            "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read as a postcode with its place"
        )
        raise BadInput(f"{text.name}, line {reader.line_num}: {what}. Fetch the file again.") from None


def _columns(heading: list[str]) -> tuple[int, int | None, int, int] | None:
    """Where postcode, quality, latitude and longitude stand; None for a file without such a heading."""

    def at(names: tuple[str, ...]) -> int | None:
        return next((heading.index(name) for name in names if name in heading), None)

    postcode, latitude, longitude = at(_POSTCODE), at(_LATITUDE), at(_LONGITUDE)
    if postcode is None or latitude is None or longitude is None:
        return None
    return postcode, at(_QUALITY), latitude, longitude


def _onspd(reader: Iterator[list[str]], columns: tuple[int, int | None, int, int]) -> Iterator[list[PostcodeRow]]:
    """Ended postcodes too: people go on using them. Northern Ireland's are on another grid, so degrees are read."""
    postcode, quality, latitude, longitude = columns
    while batch := list(islice(reader, _BATCH)):
        rows = []
        for row in filter(None, batch):
            north, east = float(row[latitude]), float(row[longitude])
            coarse = quality is not None and row[quality].strip() and int(row[quality]) in _TOO_COARSE
            if coarse or not -_NO_LATITUDE < north < _NO_LATITUDE or not -180 <= east <= 180:
                continue
            rows.append(PostcodeRow(_tidy(row[postcode]), north, east))
        yield rows


def _code_point(reader: Iterator[list[str]]) -> Iterator[list[PostcodeRow]]:
    while batch := list(islice(reader, _BATCH)):
        kept = [row for row in batch if row and int(row[1]) // 10 not in _TOO_COARSE]
        latitudes, longitudes = to_wgs84([int(row[2]) for row in kept], [int(row[3]) for row in kept])
        places = zip(kept, latitudes.tolist(), longitudes.tolist(), strict=True)
        yield [PostcodeRow(_tidy(row[0]), north, east) for row, north, east in places]


def _tidy(text: str) -> str:
    """Official files spell postcodes right, so only the blank is put in its place; anything odd is looked at closely."""
    letters = text.replace(" ", "").upper()
    if 5 <= len(letters) <= 7 and letters.isascii() and letters.isalnum():
        return f"{letters[:-3]} {letters[-3:]}"
    return normalise_postcode(text)
