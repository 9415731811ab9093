"""One round of a process of its own, to be killed in the middle of.

python -m tests.logistics.jobs.care_process DATABASE_URL SMTP_PORT NOW
"""

from __future__ import annotations

import sys
from datetime import datetime

from logistics.gateways.clock import FixedClock
from logistics.gateways.mail import SmtpAddress, SmtpMail
from logistics.jobs.care_rounds import CareRounds
from logistics.persistence.database import open_database


def main() -> None:
    """Look once."""
    url, port, now = sys.argv[1:]
    clock = FixedClock(datetime.fromisoformat(now))
    mail = SmtpMail(
        server=SmtpAddress.parse(f"smtp://127.0.0.1:{port}"), sender="Food Rounds <rounds@example.org>", clock=clock
    )
    CareRounds(open_database(url), mail, clock=clock, base_url="https://rounds.example.org").look_round()


if __name__ == "__main__":
    main()
