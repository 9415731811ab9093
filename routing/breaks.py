"""Where a vehicle's breaks go in one sequence of visits: every order of visits and breaks that may be, each timed exactly.

Bounds without the breaks leave few places for a break with a narrow window; of the rest each is tried, until a schedule
without any waiting is found. Beyond `MAX_PLACEMENTS` the search ends with the best so far: a schedule may then be
missed, a wrong one is never made.
"""

from collections.abc import Iterator

from routing.compiled import ANY_TIME
from routing.problem import Break
from routing.rules import Rule
from routing.run import Miss, Run, Timing

MAX_PLACEMENTS = 1_000
"""Placements of all breaks that are timed for one sequence."""


def best_with_breaks(run: Run, loads: list[list[int]]) -> Timing | Miss:
    """The schedule of least duration that takes every break of the vehicle, or the first rule broken.

    `run` is measured and holds no breaks; `loads` are those after the start and after each visit.
    """
    bare = run.best()
    if isinstance(bare, Miss):
        return bare
    breaks = run.world.cars[run.vehicle].breaks
    gaps = _gaps(run, loads, breaks)
    best: Timing | None = None
    miss = Miss(Rule.BREAK, -1, 1)
    for number, rests in enumerate(_placements(gaps, 0)):
        if number >= MAX_PLACEMENTS:
            break
        timing = run.resting(rests).best()
        if isinstance(timing, Miss):
            miss = miss if timing.rule is Rule.SHIFT else timing
        elif best is None or timing.duration_s < best.duration_s:
            best = timing
            if best.duration_s == best.busy_s:
                break
    return best or Miss(Rule.BREAK, miss.position, 1)


def _gaps(run: Run, loads: list[list[int]], breaks: tuple[Break, ...]) -> list[list[int]]:
    """After how many visits each break may come, as far as bounds without breaks tell."""
    starts = run.forward(run.begin_s, {})
    if isinstance(starts, Miss):
        return [[] for _ in breaks]
    leave = [run.begin_s, *(start + stay for start, stay in zip(starts, run.stays, strict=True))]
    latest = [*run.latest(run.leave_by(len(run.nodes), run.end_s))[1], run.end_s]
    return [
        [
            gap
            for gap in range(len(run.nodes) + 1)
            if any(a <= latest[gap] - rest.service_s and b >= leave[gap] for a, b in rest.windows or ANY_TIME)
            and (rest.max_load is None or all(x <= y for x, y in zip(loads[gap], rest.max_load, strict=True)))
        ]
        for rest in breaks
    ]


def _placements(gaps: list[list[int]], least: int) -> Iterator[tuple[int, ...]]:
    """Every choice of one gap a break, never falling: breaks are taken in their order."""
    if not gaps:
        yield ()
        return
    for gap in gaps[0]:
        if gap >= least:
            for rest in _placements(gaps[1:], gap):
                yield (gap, *rest)
