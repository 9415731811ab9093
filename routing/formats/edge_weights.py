"""Explicit matrices of VRPLIB and TSPLIB files."""

import numpy as np

from routing.errors import ProblemError
from routing.formats.rounding import MAX_LOCATIONS, Rounding
from routing.matrix import MAX_LEG, IntMatrix

SHAPES = {"FULL_MATRIX": 0, "LOWER_ROW": -1, "LOWER_DIAG_ROW": 0, "UPPER_ROW": 1, "UPPER_DIAG_ROW": 0}
"""The diagonal at which a triangle ends (lower) or begins (upper)."""


def full_matrix(words: list[str], size: int, shape: str, rounding: Rounding, name: str) -> IntMatrix:
    """The whole matrix of an EDGE_WEIGHT_SECTION, line breaks ignored; a triangle is mirrored. Raises ProblemError."""
    if shape not in SHAPES:
        raise ProblemError(name, f"its EDGE_WEIGHT_FORMAT {shape} is not read; {', '.join(SHAPES)} are")
    if size > MAX_LOCATIONS:
        raise ProblemError(name, f"has {size} locations; a full matrix is read for {MAX_LOCATIONS} at most")
    try:
        values = rounding.whole(np.array(words, dtype=np.float64))
    except ValueError as error:
        raise ProblemError(name, f"its EDGE_WEIGHT_SECTION holds no number: {error}") from error
    if values.size and (int(values.min()) < 0 or int(values.max()) > MAX_LEG):
        raise ProblemError(name, f"has a leg that is not between 0 and {MAX_LEG} in {rounding} units")
    made = np.zeros((size, size), dtype=np.int32)
    if shape == "FULL_MATRIX":
        cells = (np.repeat(np.arange(size), size), np.tile(np.arange(size), size))
    elif shape.startswith("LOWER"):
        cells = np.tril_indices(size, SHAPES[shape])
    else:
        cells = np.triu_indices(size, SHAPES[shape])
    if len(cells[0]) != values.size:
        raise ProblemError(name, f"its EDGE_WEIGHT_SECTION has {values.size} numbers, {shape} needs {len(cells[0])}")
    made[cells] = values
    if shape != "FULL_MATRIX":
        made = np.maximum(made, made.T)
    np.fill_diagonal(made, 0)
    return made
