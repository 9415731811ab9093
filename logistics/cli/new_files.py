"""Files with people's data: readable by their owner alone, and never written over what is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from logistics.domain.errors import BadInput


def write_new(file: Path, content: bytes) -> None:
    """One file. Raises BadInput when it is there already, or cannot be written."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise BadInput(f"{file} cannot be written ({error.strerror}): name a new file.") from error
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)


def write_new_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """A folder with these files, all of them or none. Raises BadInput when it is there already, or cannot be written."""
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made ({error.strerror}): name a new folder.") from error
    try:
        for name, content in files.items():
            write_new(folder / name, content)
    except BaseException:
        shutil.rmtree(folder)
        raise
