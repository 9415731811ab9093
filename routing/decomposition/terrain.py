"""Where things lie, without coordinates: distances to a few landmarks, turned to the axes along which they spread most."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from routing.problem import Problem

LANDMARKS = 6
AXES = 2

Points = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def terrain(problem: Problem, locations: Ints) -> Points:
    """A point on a plane for each of these locations, near ones near; metres of the first profile, in spread of 1."""
    matrix = problem.matrices[0]
    places = np.unique(locations)
    farthest = int(places[0])
    rows: list[Points] = []
    nearest = np.full(len(places), np.inf)
    for _ in range(min(LANDMARKS, len(places))):
        there = matrix.block([farthest], places.tolist())[1][0].astype(np.float64)
        back = matrix.block(places.tolist(), [farthest])[1][:, 0].astype(np.float64)
        rows.append(np.minimum((there + back) / 2, 1e8))  # no way there: far away
        nearest = np.minimum(nearest, rows[-1])
        farthest = int(places[int(nearest.argmax())])
    apart = np.column_stack(rows)
    apart -= apart.mean(axis=0)
    turned = apart @ np.linalg.eigh(apart.T @ apart)[1][:, ::-1]
    plane = np.zeros((len(places), AXES))
    width = min(AXES, turned.shape[1])
    plane[:, :width] = turned[:, :width]
    spread = float(plane.std()) or 1.0
    return plane[np.searchsorted(places, locations)] / spread


def bisect(points: Points, weights: Ints, most: int, dice: np.random.Generator) -> list[Ints]:
    """Cut the points into groups of at most about `most` weight, each along the axis in which it is widest.

    The cut is in the middle, give or take, so that the next round cuts elsewhere.
    """
    groups: list[Ints] = []
    todo = [np.arange(len(points))]
    while todo:
        group = todo.pop()
        total = int(weights[group].sum())
        if total <= most or len(group) < 2:
            groups.append(group)
            continue
        axis = int(np.ptp(points[group], axis=0).argmax())
        order = group[np.argsort(points[group, axis], kind="stable")]
        pieces = -(-total // most)
        share = (pieces // 2) / pieces + (dice.uniform(-0.08, 0.08) if pieces > 2 else 0.0)
        at = int(np.searchsorted(np.cumsum(weights[order]), share * total))
        at = min(max(at, 1), len(order) - 1)
        todo += [order[at:], order[:at]]
    return groups


def turned(points: Points, dice: np.random.Generator) -> Points:
    """The points seen from another side: cuts along the axes then run in other directions."""
    angle = dice.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    seen: Points = points @ turn
    return seen


def nearest_group(points: Points, groups: Sequence[Points]) -> Ints:
    """For each point the groups' numbers, the group with the nearest middle first."""
    middles = np.array([group.mean(axis=0) for group in groups])
    apart = ((points[:, None, :] - middles[None, :, :]) ** 2).sum(axis=2)
    return np.argsort(apart, axis=1, kind="stable")
