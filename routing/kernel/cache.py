"""Whether compiled code is on disk and of today's sources: numba looks at each file alone, not at those it calls."""

import json
import re
import sys
from pathlib import Path
from typing import Any, cast

IMPORTED = re.compile(r"^from routing\.kernel\.(\w+) import", re.MULTILINE)
STAMP = "kernel.ready"
"""Written beside the cached files when all of them are there: what they were made from, and for which processor."""


def compiled_files() -> list[Path]:
    """The cached files of the kernel, wherever numba keeps them on this machine."""
    folder, names = _folder(), {source.stem for source in _sources()}
    return [file for file in folder.glob("*.nb[ic]") if file.name.partition(".")[0] in names]


def ready() -> bool:
    """Whether the search loads from disk in a moment; else its first call compiles for minutes (`warm`)."""
    try:
        stamp = _folder() / STAMP
        return stamp.read_text(encoding="utf-8") == origin()
    except (OSError, RuntimeError):  # numba's own error where there is no folder that it may write to
        return False


def mark_ready(made_from: str) -> None:
    """Say that all that the search calls is compiled and on disk, from what `origin` told before it was compiled."""
    (_folder() / STAMP).write_text(made_from, encoding="utf-8")


def forget_stale() -> None:
    """Remove the cached files unless they are of today's sources."""
    if not ready():
        for file in compiled_files():
            file.unlink(missing_ok=True)


def _folder() -> Path:
    from routing.kernel import search  # loads numba

    return Path(str(cast(Any, search.search).stats.cache_path))


def origin() -> str:
    """What compiled code depends on: the sources as they are now, the compiler, the processor."""
    import numba
    from llvmlite import binding

    sources = {source.name: (source.stat().st_size, source.stat().st_mtime_ns) for source in sorted(_sources())}
    return json.dumps([sys.implementation.cache_tag, numba.__version__, binding.get_host_cpu_name(), sources])


def _sources() -> list[Path]:
    """The files whose text is in the compiled code: those a session calls, and whatever they import in this package."""
    folder = Path(__file__).parent
    found, waiting = set[str](), ["search", "shrink"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += IMPORTED.findall((folder / f"{name}.py").read_text(encoding="utf-8"))
    return [folder / f"{name}.py" for name in sorted(found)]
