"""A worker loads the compiled planner beside its first look round, so that the first re-plan of a day does not wait for it."""

from __future__ import annotations

import logging
import threading

from routing.engines.kernel import load

log = logging.getLogger(__name__)


def warm_planner() -> threading.Thread:
    """Load it in a thread of its own: a run that is taken meanwhile goes on, and waits for no more than it would have anyway.

    What is not on disk is left alone: plans are then made by slower engines, which say so.
    """
    thread = threading.Thread(target=_load, name="warm-planner", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    took_s = load()
    if took_s is None:
        log.info("The planner is not compiled for this machine: run “python -m routing warm”")
    else:
        log.info("The planner is loaded, in %.1f s", took_s)
