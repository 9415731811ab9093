"""Readers of the research world's instance files: VRPLIB, Solomon and Homberger, Li and Lim.

`read_index` lists a folder's instances, `Entry.read` makes one an `Instance`: a `routing.Problem` with its scale and
the best cost known. All of them minimise distance (times a cost per unit, plus fixed costs and missed prizes), so
`Instance.gap_percent` of a checked solution's cost compares with what other people publish.
"""

from routing.formats.draft import Instance
from routing.formats.index import Entry, read_index
from routing.formats.lilim import read_lilim
from routing.formats.rounding import Rounding
from routing.formats.solomon import read_solomon
from routing.formats.solutions import read_routes, solution_of
from routing.formats.vrplib import read_vrplib

__all__ = [
    "Entry", "Instance", "Rounding", "read_index", "read_lilim", "read_routes", "read_solomon", "read_vrplib",
    "solution_of",
]  # fmt: skip
