"""The nearest stops of each stop, found in blocks so that memory grows with neighbours and not with n squared."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from routing.kernel.compiling import Longs, Records, Shorts

BLOCK = 512
WAITING = 0.2
"""What a second of waiting between two stops counts, as Vidal and others (2013) weigh it and PyVRP does;"""
LATE = 1.0
"""and a second by which the second stop cannot be met in time."""


def nearest(metres: npt.NDArray[np.int32], place: Shorts, stops: int, wanted: int) -> Shorts:
    """For each stop the `wanted` nearest others (fewer when there are fewer), nearest first, there and back."""
    here = place[:stops]

    def apart(rows: Longs) -> npt.NDArray[np.float64]:
        there: npt.NDArray[np.float64] = metres[np.ix_(here[rows], here)].astype(np.float64)
        there += metres[np.ix_(here, here[rows])].T
        return there

    return _least(apart, stops, wanted)


def best_met(seconds: npt.NDArray[np.int32], place: Shorts, node: Records, stops: int, wanted: int) -> Shorts:
    """For each stop the `wanted` others that are best served right after it or before it, best first."""
    here = place[:stops]
    opens, closes = node["open_s"][:stops], node["close_s"][:stops]
    service = node["service"][:stops] + node["parking"][:stops]

    def after(first: Longs, second: Longs) -> npt.NDArray[np.float64]:
        way = seconds[np.ix_(here[first], here[second])].astype(np.float64)
        taken = way + service[first][:, None]
        waiting = np.maximum(opens[second][None, :] - taken - closes[first][:, None], 0)
        late = np.maximum(opens[first][:, None] + taken - closes[second][None, :], 0)
        met: npt.NDArray[np.float64] = way + WAITING * waiting + LATE * late
        return met

    everyone = np.arange(stops)
    return _least(lambda rows: np.minimum(after(rows, everyone), after(everyone, rows).T), stops, wanted)


def _least(apart: Callable[[Longs], npt.NDArray[np.float64]], stops: int, wanted: int) -> Shorts:
    """The columns with the least values of each row, least first; equal ones in order."""
    count = min(wanted, stops - 1)
    found = np.zeros((stops, max(count, 0)), dtype=np.int32)
    if count <= 0:
        return found
    for first in range(0, stops, BLOCK):
        rows = np.arange(first, min(first + BLOCK, stops))
        there = apart(rows)
        there[np.arange(len(rows)), rows] = np.inf
        some = np.argpartition(there, count - 1, axis=1)[:, :count]
        some.sort(axis=1)  # equal values keep the order of the stops
        order = np.argsort(np.take_along_axis(there, some, axis=1), axis=1, kind="stable")
        found[rows] = np.take_along_axis(some, order, axis=1)
    return found
