"""Problems too large for one model: independent components, a first cut by a master model, and rounds of re-cut parts.

Everything outside the parts is arrays with an entry a stop, a vehicle or a pair that can meet (a bit each); nothing has
an entry for each pair of places.
"""

from routing.matrix import Matrix
from routing.problem import Problem

PART_STOPS = 1_000
"""Stops of one part, about: what the kernel plans well within seconds."""
ONE_MODEL_STOPS = 4_000
"""Stops up to which one model does as well."""


def needs_parts(problem: Problem) -> bool:
    """Whether the engine `decomposed` should plan it: it has very many stops, or places without a table of travel."""
    tables = all(isinstance(matrix, Matrix) for matrix in problem.matrices)
    return len(problem.stops) > ONE_MODEL_STOPS or (not tables and problem.size > ONE_MODEL_STOPS)
