"""Accepts one proposal as a page does, in a process that a proof can kill: python -m benchmarks.accepting NETWORK PROPOSAL NOW."""

from __future__ import annotations

import sys
import uuid
from datetime import datetime

from logistics.bootstrap import build_services
from logistics.domain.authority import Actor
from logistics.services.accept_replan import accept_proposal
from logistics.settings import Settings


def main() -> None:
    """One transaction, committed at its end."""
    network, proposal, now = sys.argv[1:]
    network_id = uuid.UUID(network)
    services = build_services(Settings.from_environment())
    with services.database.writing(network_id) as session:
        accept_proposal(
            session,
            Actor.system(network_id),
            uuid.UUID(proposal),
            roads=services.roads,
            now=datetime.fromisoformat(now),
        )
    services.close()


if __name__ == "__main__":
    main()
