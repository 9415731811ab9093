"""The `dev` script: finds a Python by itself, and says one clear sentence when it cannot go on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What a bare system has and the script uses; nothing here brings a Python with it.
BARE = ("cat", "cksum", "dirname", "find", "getconf", "id", "rm", "sh")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a place with a space in its name, whose lock asks for nothing."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    shutil.copy(ROOT / "dev", folder / "dev")
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (folder / name).write_text("")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in BARE:
        found = shutil.which(name)
        assert found, f"{name} is not on this machine"
        (tools / name).symlink_to(found)
    return folder


def dev(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the copy with a bare PATH, an empty home, and what the test adds."""
    bare = {"PATH": str(checkout.parent / "bin"), "HOME": str(checkout.parent), "LC_ALL": "C.UTF-8"}
    command = ["/bin/sh", str(checkout / "dev"), *arguments]
    return subprocess.run(command, env=bare | environment, capture_output=True, text=True, timeout=120, check=False)


def pretend(path: Path, version: str) -> None:
    """A program that says it is this old Python: it refuses every test of its version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n[ \"$1\" = --version ] && echo 'Python {version}'\nexit 1\n")
    path.chmod(0o755)


def test_a_machine_without_a_new_python_is_told_how_to_get_one(checkout: Path) -> None:
    """Old ones on PATH and in pyenv do not count; the answer is one sentence, and nothing is left behind."""
    pretend(checkout.parent / "bin" / "python3", "3.11.7")
    pretend(checkout.parent / ".pyenv" / "versions" / "3.11.7" / "bin" / "python3", "3.11.7")
    result = dev(checkout, "demo")
    assert result.returncode == 1
    assert result.stderr.startswith("dev: no Python >= 3.12 found")
    assert len(result.stderr.splitlines()) == 1
    assert not (checkout / ".venv").exists()


def test_a_python_of_pyenv_is_found_behind_an_old_one(checkout: Path) -> None:
    """The usual machine: `python3` is too old, and pyenv holds a newer one that is not on PATH."""
    pretend(checkout.parent / "bin" / "python3", "3.11.7")
    newer = checkout.parent / ".pyenv" / "versions" / "3.12.1" / "bin" / "python3"
    newer.parent.mkdir(parents=True)
    newer.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    newer.chmod(0o755)
    result = dev(checkout, "demo")
    assert result.stderr.startswith(f"Making .venv with Python {sys.version.split()[0]}")
    assert (checkout / ".venv" / "bin" / "python").exists()
    # The empty project cannot be installed: the last word is a sentence, and no stamp says that all is well.
    assert result.stderr.splitlines()[-1].startswith("dev: could not install this checkout")
    assert result.returncode == 1
    assert not list((checkout / ".venv").glob(".made-for-*"))


def test_a_python_that_was_named_must_fit(checkout: Path) -> None:
    """Somebody who names one wants that one, not another that was found."""
    result = dev(checkout, "test", ROUNDS_PYTHON="/bin/false")
    assert result.returncode == 1
    assert result.stderr.startswith("dev: ROUNDS_PYTHON is '/bin/false'")


def test_an_unknown_command_is_refused_with_the_list(checkout: Path) -> None:
    """The commands are shown, and the script fails."""
    result = dev(checkout, "dmeo")
    assert result.returncode == 1
    assert "./dev demo" in result.stderr
    assert "there is no command 'dmeo'" in result.stderr


def test_it_is_shell_that_every_system_has() -> None:
    """The strictest shell here reads it; no word of bash is in it."""
    shell = shutil.which("dash") or "/bin/sh"
    subprocess.run([shell, "-n", str(ROOT / "dev")], check=True)
    assert os.access(ROOT / "dev", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    text = (ROOT / "dev").read_text()
    assert text.startswith("#!/bin/sh\n")
    assert [word for word in ("[[", "local ", "function ", "<<<", "pipefail", "==") if word in text] == []


def test_the_planner_is_compiled_once_per_change(checkout: Path) -> None:
    """The first command after set-up compiles it, the second does not, the first after a change of its sources does."""
    log, kernel = checkout / "log", checkout / "routing" / "kernel"
    (kernel / "__pycache__").mkdir(parents=True)
    (kernel / "search.py").write_text("")
    made = checkout / ".venv" / "bin" / "python"
    made.parent.mkdir(parents=True)
    made.write_text(f'#!/bin/sh\necho "$@" >> "{log}"\n: > routing/kernel/__pycache__/kernel.ready\n')
    (made.parent / "rounds").write_text("#!/bin/sh\nexit 0\n")
    for program in made.parent.iterdir():
        program.chmod(0o755)
    empty = subprocess.run(["cksum"], input="", capture_output=True, text=True, check=True)  # as the two files are
    (checkout / ".venv" / ".made-for-runtime").write_text(empty.stdout)
    long_ago = 1_000_000_000
    for file in (kernel / "search.py", checkout / "requirements.lock", made):
        os.utime(file, (long_ago, long_ago))
    for _ in range(2):
        assert dev(checkout, "run", "plan").returncode == 0
        assert log.read_text().splitlines() == ["-m routing warm"]
    os.utime(kernel / "search.py")
    os.utime(kernel / "__pycache__" / "kernel.ready", (long_ago, long_ago))
    assert dev(checkout, "run", "plan").returncode == 0
    assert log.read_text().splitlines() == ["-m routing warm"] * 2
