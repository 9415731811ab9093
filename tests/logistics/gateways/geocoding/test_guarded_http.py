"""One GET reaches the host it was meant for, over TLS that is checked, or nothing is sent."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from geopy.exc import GeocoderTimedOut, GeocoderUnavailable

from logistics.gateways.geocoding.guarded_http import GuardedAdapter, addresses_of
from tests.logistics.gateways.geocoding.odd_server import dripping, http, odd_server


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for localhost that nobody but the test trusts."""
    file = tmp_path / "server.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    extra = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(file), "-out", f"{file}.crt"]
    subprocess.run([*command.split(), *extra], check=True, capture_output=True, timeout=30)
    return file


@pytest.fixture
def served(certificate: Path) -> ssl.SSLContext:
    """What a server of localhost speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certificate}.crt", certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    """The client's, which trusts that server."""
    return ssl.create_default_context(cafile=f"{certificate}.crt")


def get(url: str, context: ssl.SSLContext | None = None, timeout: float = 2.0) -> str:
    """One GET."""
    return GuardedAdapter(ssl_context=context).get_text(url, timeout=timeout, headers={"User-Agent": "x"})


def test_tls_is_checked_by_name(served: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """The certificate of localhost opens localhost, and not 127.0.0.1; without trust it opens nothing."""
    with odd_server(http("200 OK", "[]"), tls=served) as server:
        assert get(f"https://localhost:{server.port}/search?q=x", trusting) == "[]"
        for host, context in (("127.0.0.1", trusting), ("localhost", None)):
            with pytest.raises(GeocoderUnavailable, match="broke off"):
                get(f"https://{host}:{server.port}/", context)
    assert len(server.asked) == 1


def test_the_deadline_holds_under_tls(served: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """A letter every 50 ms does not keep anybody waiting beyond the time-out."""
    with odd_server(dripping, tls=served) as server:
        began = time.monotonic()
        with pytest.raises(GeocoderTimedOut):
            get(f"https://localhost:{server.port}/", trusting, timeout=0.5)
        assert time.monotonic() - began < 1.5


def test_a_name_that_leads_elsewhere_since_the_start_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are looked at again at each connection: one that now leads to a cloud's secrets is not connected to."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("169.254.169.254", 80))])
    monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: pytest.fail("it connected"))
    with pytest.raises(GeocoderUnavailable, match="leads to an address that belongs to"):
        get("http://places.example.org/search")


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address goes to the host of the setting, not to whatever http_proxy names."""
    with odd_server(http("200 OK", "[]")) as server, odd_server(http("200 OK", "stolen")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert get(f"{server.url}/search?q=x") == "[]"
    assert proxy.asked == []


def test_a_name_nobody_knows_is_an_error_in_time() -> None:
    """`.invalid` is never anybody's (RFC 6761)."""
    with pytest.raises((GeocoderUnavailable, GeocoderTimedOut)):
        addresses_of("places.invalid", 443, within_s=2)
