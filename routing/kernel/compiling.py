"""The one door to numba: compiled without the interpreter's lock, kept on disk, typed like the function it compiles."""

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Records = npt.NDArray[np.void]
Words = npt.NDArray[np.uint64]

NEVER = 1 << 60
"""A cost or time beyond all others."""

OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""`_nrt`: compiled code makes no arrays, so it need not count references to them; counting cost 25 times the work."""


def compiled[F: Callable[..., Any]](function: F) -> F:
    """The function as machine code; compiled at its first call on a machine, read from the cache after."""
    return cast(F, numba.njit(**OPTIONS)(function))
