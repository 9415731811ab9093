"""Runs the programs that come with OSRM: each as a child that ends with us, its progress heard, its failure put in words."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from logistics.domain.errors import FoodRoundsError
from logistics.gateways.roads.profiles import RoadProfile

_OWN_PROFILES = {RoadProfile.CARGO_BIKE}
_PERCENT = re.compile(rb"(\d{1,3})\s?%")
_CAUSE = re.compile(r"\[error\] (.+)|what\(\):\s+(.+)")
_TAIL_BYTES = 8_000
_NEARLY_NOTHING_BYTES = 1_000_000
_STOP_WITHIN_S = 10

type Heard = Callable[[str, int], None]
"""Called with a line of what a program says, and the percentage it last told."""


class RoadsBuildFailed(FoodRoundsError):
    """A road map could not be built. What was in use before still is."""


def program(name: str) -> Path:
    """The path of `osrm-extract` and its like. Raises RoadsBuildFailed when the package is damaged."""
    path = Path(str(files("osrm"))) / "bin" / (name + (".exe" if sys.platform == "win32" else ""))
    if not path.is_file():
        raise RoadsBuildFailed(f"{name} is missing from the package osrm-bindings: install it again.")
    return path


def profile_file(profile: RoadProfile) -> Path:
    """The Lua file that says who may go where, and how fast: OSRM's own, or ours for a cargo bike."""
    if profile in _OWN_PROFILES:
        return Path(str(files("logistics.gateways.roads"))) / "lua" / f"{profile.value}.lua"
    return Path(str(files("osrm"))) / "share" / "profiles" / f"{profile.value}.lua"


def needed_endings() -> frozenset[str]:
    """The endings of the files that a router opens; all others are leftovers of building."""
    listed = subprocess.run(  # noqa: S603 - a program of a package that we depend on
        [program("osrm-routed"), "--list-inputs"], capture_output=True, text=True, check=True, timeout=60
    )
    return frozenset(line.split()[1] for line in listed.stdout.splitlines() if len(line.split()) == 2)


def run_tool(command: Sequence[str | Path], *, folder: Path, doing: str, heard: Heard) -> str:
    """Run to the end and return the last of what it said. However this call ends, the program does not outlive it.

    Raises RoadsBuildFailed with the program's own word for the cause, or that the disk of `folder` is full.
    """
    tail = b""
    with subprocess.Popen(  # noqa: S603 - the same, and our own interpreter
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_environment()
    ) as child:
        try:
            assert child.stdout is not None
            percent = 0
            while block := os.read(child.stdout.fileno(), 65_536):
                tail = (tail + block)[-_TAIL_BYTES:]
                told = _PERCENT.findall(block)
                percent = int(told[-1]) if told else percent
                heard(block.decode(errors="replace"), min(100, percent))
            child.wait()
        finally:
            if child.poll() is None:
                child.kill()
                child.wait(timeout=_STOP_WITHIN_S)
    said = tail.decode(errors="replace")
    if child.returncode != 0:
        raise RoadsBuildFailed(f"{doing} failed: {_cause(said, child.returncode, folder)}")
    return said


def _environment() -> Mapping[str, str]:
    """Ours, and where Lua finds OSRM's profiles; `;;` keeps Lua's own places."""
    folder = Path(str(files("osrm"))) / "share" / "profiles"
    return {**os.environ, "LUA_PATH": f"{folder}/?.lua;;"}


def _cause(said: str, code: int, folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    causes: list[str] = [first or second for first, second in _CAUSE.findall(said)]
    if free < _NEARLY_NOTHING_BYTES or "No space left" in said:
        return f"the disk of {folder} is full. Free some space, or set ROUNDS_HOME to a larger disk, and build again."
    if code == -signal.SIGKILL:
        return "it was stopped from outside, most often because the memory ran out. Close other programs, or take a smaller extract."
    if causes:
        return causes[-1].strip().rstrip(".") + "."
    return f"it was stopped by signal {-code}." if code < 0 else f"it ended with code {code}."
