"""`rounds person restrict` and `lift`: beside `export` and `erase`, by reference, with a reason."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from logistics.cli import main
from logistics.domain.withholding import LiftReason, RestrictionReason
from logistics.persistence.database import Database
from logistics.persistence.tables import Restriction
from tests.logistics.services.tiny_network import lunch_network


def test_by_reference_with_a_reason_and_lifted_again(database: Database, tmp_path: Path) -> None:
    """Without a reason, or for nobody, nothing happens; a volunteer is found as a household is; lifting twice is refused."""
    network = lunch_network(database)
    network.store()
    url = database.engine.url.render_as_string(hide_password=False)
    slug = f"tiny-{network.network_id.hex[:8]}"

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(
            main,
            ["person", *arguments, "--network", slug],
            env={"ROUNDS_DATABASE_URL": url, "ROUNDS_HOME": str(tmp_path)},
            catch_exceptions=False,
        )
        return done.exit_code, done.output

    assert run("restrict", "H0001")[0] != 0
    assert run("restrict", "H9999", "--reason", "wrong")[0] != 0
    assert network.all(Restriction) == []
    code, said = run("restrict", "H0001", "--reason", "wrong")
    assert (code, said) == (0, "H0001 is kept and used for nothing new.\n")
    assert run("restrict", "V001", "--reason", "claim")[0] == 0
    assert run("lift", "H0001", "--reason", "settled") == (0, "H0001 is used again from the next plan on.\n")
    code, said = run("lift", "H0001", "--reason", "settled")
    assert code != 0
    assert "not restricted" in said
    kept = {row.reason: row.lift_reason for row in network.all(Restriction)}
    assert kept == {RestrictionReason.WRONG: LiftReason.SETTLED, RestrictionReason.CLAIM: None}
