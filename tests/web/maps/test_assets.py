"""The maps' files come from this server, for a year, and from two folders alone."""

from __future__ import annotations

import gzip
import itertools
import math
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web.maps import map_assets, map_policy
from web.maps.assets import assets_version

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("maps")
    app.register_blueprint(map_assets, url_prefix="/map-assets")
    return app.test_client()


@pytest.mark.parametrize("name", ["leaflet.js", "leaflet.css", "images/layers.png", "map.js", "map.css"])
def test_each_file_is_served_to_be_kept(client: FlaskClient, name: str) -> None:
    """Leaflet's files and ours are there, and a browser need not ask again."""
    response = client.get(f"/map-assets/{assets_version()}/{name}")
    assert response.status_code == 200
    assert response.data
    assert response.cache_control.max_age == 365 * 24 * 3600
    assert response.cache_control.immutable
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_scripts_are_sent_compressed_to_who_takes_them(client: FlaskClient) -> None:
    """Leaflet over a bad line: a third of its size, and whole for whoever cannot unpack it."""
    address = f"/map-assets/{assets_version()}/leaflet.js"
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3


@pytest.mark.parametrize("name", ["../assets.py", "%2e%2e/assets.py", "nothing.js", "", "../../../etc/passwd"])
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    """No way leads out of the two folders."""
    assert client.get(f"/map-assets/{assets_version()}/{name}").status_code == 404


def test_an_old_version_is_gone(client: FlaskClient) -> None:
    """New files under an old address would be kept for a year as the old ones."""
    assert client.get("/map-assets/000000000000/map.css").status_code == 404


def test_the_maps_colours_are_the_products() -> None:
    """Each token of the map's stylesheet, light and dark, has the value it has in the product's tokens."""
    own = _tokens((ROOT / "web/maps/static/map.css").read_text())
    product = _tokens((ROOT / "web/static/tokens.css").read_text())
    for scheme, tokens in own.items():
        assert tokens
        assert tokens == {name: product[scheme][name] for name in tokens}


def _tokens(css: str) -> dict[str, dict[str, str]]:
    light, dark = css.split("@media (prefers-color-scheme: dark)", 1)
    blocks = {"light": light.split(":root {")[1], "dark": dark.split(":root {")[1]}
    return {
        scheme: {
            name: " ".join(value.split()) for name, value in re.findall(r"(--[\w-]+):\s*([^;]+);", block.split("}")[0])
        }
        for scheme, block in blocks.items()
    }


@pytest.mark.parametrize(
    ("tile_url", "source"),
    [
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png", "https://tile.openstreetmap.org"),
        ("https://{s}.tiles.example.org:8443/{z}/{x}/{y}.png", "https://*.tiles.example.org:8443"),
        ("/tiles/{z}/{x}/{y}.png", "'self'"),
    ],
)
def test_only_the_tiles_host_is_let_in(tile_url: str, source: str) -> None:
    """Pictures may come from the one place that the setting names."""
    directives = dict(part.split(" ", 1) for part in map_policy("abc", tile_url).split("; "))
    assert directives["img-src"].split()[2:] == ([source] if source != "'self'" else ["'self'"])
    assert directives["default-src"] == "'none'"


def test_without_tiles_there_is_no_other_host() -> None:
    """The policy names no host at all and nothing unsafe."""
    policy = map_policy("abc")
    assert "://" not in policy
    assert "unsafe" not in policy


# Machado, Oliveira and Fernandes 2009 ("A physiologically-based model for simulation of color vision deficiency"), severity 1,
# on linear RGB.
SIGHT = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def _linear(colour: str) -> list[float]:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _seen(colour: str, sight: str) -> list[float]:
    """CIE L*a*b* of a colour as it is seen."""
    red, green, blue = _linear(colour)
    seen = [min(1, max(0, a * red + b * green + c * blue)) for a, b, c in SIGHT[sight]]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [
        sum(a * b for a, b in zip(row, seen, strict=True)) / w
        for row, w in zip(to_xyz, (0.9505, 1, 1.089), strict=True)
    ]
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_routes_can_be_told_apart_by_every_eye(scheme: str, sight: str) -> None:
    """No two of the eight colours look alike (CIE76 of 9 or more, four times what is just noticeable), whoever looks."""
    tokens = _tokens((ROOT / "web/maps/static/map.css").read_text())[scheme]
    colours = {letter: _seen(tokens[f"--route-{letter}"], sight) for letter in "abcdefgh"}
    apart = {a + b: math.dist(colours[a], colours[b]) for a, b in itertools.combinations(colours, 2)}
    assert min(apart.values()) >= 9, min(apart, key=lambda pair: apart[pair])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_route_stands_out_from_the_ground(scheme: str) -> None:
    """Every route's line is 3:1 and more against land, water, parks and streets (WCAG 1.4.11)."""
    own = _tokens((ROOT / "web/maps/static/map.css").read_text())
    tokens = {**own["light"], **own[scheme]}

    def light(colour: str) -> float:
        return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), _linear(colour), strict=True))

    for letter in "abcdefgh":
        for ground in ("land", "water", "park", "road", "street"):
            route, below = light(tokens[f"--route-{letter}"]), light(tokens[f"--map-{ground}"])
            assert (max(route, below) + 0.05) / (min(route, below) + 0.05) >= 3, (letter, ground)
