"""Kills with -9 while a plan is edited by hand, saved and published: what was told is there, and nothing is there by half.

Each case plans a small week, publishes it, and lets a process edit it without a rest: moves, undos, redos, a version saved, a version
published, and again. It is killed at moments that a seed draws. After each kill the rows are looked at: the draft is what the last
answer said, or one step further; its edits are numbered without a gap; one version is out; every version has as many faults as it
says, by the checker, from its rows.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.editing import NOW, ROADS, WEEK, town
from benchmarks.proofs.kill9 import cases_of, database_of
from benchmarks.prove import Proof
from logistics.bootstrap import build_services
from logistics.domain.authority import Actor
from logistics.domain.plan_edits import DraftState
from logistics.domain.states import PlanState
from logistics.persistence.database import Database
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import PlanDraft, PlanEdit, PlanVersion
from logistics.services.check_plan import check_plan
from logistics.services.plan_week import PlanOrder, plan_week
from logistics.services.publish_plan import publish_plan
from logistics.settings import Settings

ROOT = Path(__file__).parents[2]
CASES = 5
KILLS = 10
REDUCED_KILLS = 2
DOORS = 8
ROUNDS = 1000
LONGEST_S = 6.0


def cases(reduced: bool) -> Sequence[str]:
    """`DATABASE-SEED-KILLS`."""
    return cases_of(reduced, seeds=CASES, kills=KILLS, reduced_kills=REDUCED_KILLS)


def run(case: str) -> Mapping[str, Any]:
    """Raises AssertionError when something that was told is lost, or something is there by half."""
    database, seed, kills = case.split("-")
    with tempfile.TemporaryDirectory(prefix="rounds-kill9-") as folder, database_of(database, Path(folder)) as url:
        environment = {"ROUNDS_DATABASE_URL": url, "ROUNDS_HOME": folder}
        settings = Settings.from_environment(environment)
        upgrade_schema(settings.database_url)
        services = build_services(settings)
        try:
            attack = _Attack.prepared(services.database, environment, int(seed))
            for _ in range(int(kills)):
                attack.one()
            return {"kills": int(kills), **attack.told, **attack.in_flight}
        finally:
            services.close()


PROOF = Proof(
    claim="Killed with -9 at any moment of editing, saving and publishing, what was told is there, and nothing by half.",
    cases=cases,
    run=run,
)


@dataclass(slots=True, kw_only=True)
class _Attack:
    database: Database
    environment: Mapping[str, str]
    network_id: uuid.UUID
    chance: random.Random
    told: Counter[str] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    """Kills in which the step after the last answer was there already, and in which it was not."""

    @classmethod
    def prepared(cls, database: Database, environment: Mapping[str, str], seed: int) -> _Attack:
        """A small week, planned and out."""
        network_id = town(database, DOORS, seed)
        plan_id = plan_week(database, network_id, PlanOrder(week=WEEK, seconds=2, seed=seed), roads=ROADS, now=NOW)
        with database.writing(network_id) as session:
            publish_plan(session, Actor.system(network_id), plan_id, now=NOW)
        chance = random.Random(seed)
        return cls(database=database, environment=environment, network_id=network_id, chance=chance)

    def one(self) -> None:
        """Let it work for a while, kill it, and look."""
        command = [sys.executable, "-m", "benchmarks.editing_by_hand", str(self.network_id)]
        process = subprocess.Popen(
            [*command, str(self.chance.random()), str(ROUNDS)],
            cwd=ROOT,
            env={**os.environ, **self.environment, "ROUNDS_LOG_LEVEL": "error"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready 0\n", "the process did not begin"
        time.sleep(self.chance.uniform(0.05, LONGEST_S))
        assert process.poll() is None, "the process ended by itself"
        process.kill()
        rest, _ = process.communicate()
        lines = [line.split() for line in rest.splitlines() if line.count(" ") == 1]
        self.told.update(what for what, _ in lines)
        self._look(lines)

    def _look(self, lines: Sequence[Sequence[str]]) -> None:
        with self.database.reading(self.network_id) as session:
            versions = session.scalars(select(PlanVersion).order_by(PlanVersion.number)).all()
            assert [version.number for version in versions] == list(range(1, len(versions) + 1)), "versions have a gap"
            out = [version.number for version in versions if version.state is PlanState.PUBLISHED]
            assert len(out) == 1, f"{len(out)} versions are out"
            self._require_told(lines, versions[-1].number, out[0])
            for version in versions:
                assert len(check_plan(session, version.id, roads=ROADS)) == version.violations, "a version is not whole"
            drafts = session.scalars(select(PlanDraft)).all()
            known = {version.id for version in versions}
            for draft in drafts:
                assert (draft.state is DraftState.SAVED) == (draft.saved_plan_id is not None), (
                    "a draft is saved by half"
                )
                assert draft.saved_plan_id is None or draft.saved_plan_id in known, "a draft's version is not there"
                numbers = session.scalars(
                    select(PlanEdit.number).where(PlanEdit.draft_id == draft.id).order_by(PlanEdit.number)
                ).all()
                assert list(numbers) == list(range(1, len(numbers) + 1)), "edits have a gap"
                assert 0 <= draft.position <= len(numbers), "a draft stands on an edit that is not there"
            assert sum(draft.state is DraftState.OPEN for draft in drafts) <= 1, "two drafts are open"
            saved = session.scalar(select(func.count(PlanDraft.id)).where(PlanDraft.state == DraftState.SAVED))
            assert saved == len(versions) - 1, "a version was saved twice, or lost"

    def _require_told(self, lines: Sequence[Sequence[str]], newest: int, out: int) -> None:
        """Each answer holds; of what was under way, one step at most is there as well."""
        for what in ("saved", "published"):
            numbers = [int(value) for word, value in lines if word == what]
            if numbers:
                assert (newest if what == "saved" else out) >= numbers[-1], (
                    f"version {numbers[-1]} was {what}, and is not"
                )
        if not lines or lines[-1][0] != "edited":
            return
        told_id, told = lines[-1][1].split(":")
        with self.database.reading(self.network_id) as session:
            now = session.get_one(PlanDraft, uuid.UUID(told_id)).version
        assert now - int(told) in (0, 1), f"the draft was told to be at {told}, and is at {now}"
        self.in_flight["as told" if now == int(told) else "one further"] += 1
