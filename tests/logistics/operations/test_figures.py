"""The figures of a served site: added up over its processes, with patterns for labels, at an address of this machine alone."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from logistics.persistence.schema import upgrade_schema
from logistics.settings import SettingError, Settings
from tests.logistics.cli.test_serve import Served

WORKERS = 2


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def ask(port: int, path: str) -> tuple[int, str]:
    """One question on a connection of its own, so that the web processes share the questions."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def answers(served: Served) -> list[dict[str, Any]]:
    """The lines of the log about `/healthz`."""
    lines = [json.loads(line) for line in served.said().splitlines() if line.startswith("{")]
    return [line for line in lines if line["message"].startswith("GET /healthz 200")]


def ask_until_all_answered(served: Served) -> int:
    """Eight at a time until each web process has answered some: a quick one takes all while another is still starting."""
    asked, ends = 0, time.monotonic() + 60
    with ThreadPoolExecutor(8) as crowd:
        while len({line["process"] for line in answers(served)}) < WORKERS or asked < 40:
            assert time.monotonic() < ends, "one web process answers nothing"
            paths = [f"/healthz?name=Amina-{asked + number}" for number in range(8)]
            assert [status for status, _ in crowd.map(lambda path: ask(served.port, path), paths)] == [200] * 8
            asked += 8
    return asked


def counted(text: str, pattern: str) -> float:
    """The sum of the figures whose line fits."""
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if re.match(pattern, line))


def test_figures_add_up_over_processes_and_name_nobody(tmp_path: Path) -> None:
    """However many questions two web processes answered, one figure has them all, also after one was killed; the log too."""
    url = f"sqlite:///{tmp_path / 'rounds.sqlite'}"
    upgrade_schema(url)
    metrics = free_port()
    settings = {"ROUNDS_METRICS_BIND": f"127.0.0.1:{metrics}", "ROUNDS_LOG_FORMAT": "json"}
    served = Served(url, tmp_path / "home", workers=WORKERS, **settings)
    try:
        questions = ask_until_all_answered(served)
        assert ask(served.port, "/Amina/Diallo")[0] == 404
        assert ask(served.port, "/households/00000000-0000-4000-8000-000000000001")[0] == 302
        status, told = ask(metrics, "/metrics")
        assert status == 200
        assert counted(told, r'rounds_requests_total\{.*route="/healthz".*status="200"') == questions
        assert counted(told, r'rounds_request_seconds_count\{route="/healthz"') == questions
        assert counted(told, r'rounds_requests_total\{.*route="none".*status="404"') == 1
        assert "Amina" not in told
        assert "00000000-0000" not in told
        web = served.children("web_server") - {min(served.children("web_server"))}
        assert len(web) == WORKERS
        os.kill(min(web), signal.SIGKILL)
        served.wait_for(lambda: len(served.children("web_server")) == WORKERS + 1)
        assert counted(ask(metrics, "/metrics")[1], r'rounds_requests_total\{.*route="/healthz"') == questions
        asked = answers(served)
        assert len(asked) == questions
        assert len({line["request_id"] for line in asked}) == questions
        assert len({line["process"] for line in asked}) == WORKERS
        assert "Amina" not in served.said()
    finally:
        served.close()


@pytest.mark.parametrize("place", ["0.0.0.0:9095", "192.0.2.1:9095", "9095"])
def test_figures_are_for_this_machine_alone(place: str) -> None:
    """Elsewhere they would tell a stranger how busy a site is."""
    with pytest.raises(SettingError, match="ROUNDS_METRICS_BIND must be"):
        Settings.from_environment({"ROUNDS_METRICS_BIND": place})
