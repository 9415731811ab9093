"""A server of one map, as the product serves it, and a visit to it with every other host cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response
from werkzeug.serving import make_server

from logistics.bootstrap import Services
from web.maps import Ground, MapView, current_ground, draw_week_map, map_assets, map_policy
from web.maps.assets import assets_version

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NONCE = "bm90LWEtc2VjcmV0"
DESK = (1366, 768)
PHONE = (390, 844)
SIZES = [DESK, PHONE]


class MapServer:
    """Serves `view` on `tile_url`, or on the base map of the services' home where one is built."""

    def __init__(self, services: Services) -> None:
        self.view = MapView()
        self.tile_url: str | None = None
        app = Flask("maps")
        app.extensions["food_rounds"] = services
        app.register_blueprint(map_assets, url_prefix="/map-assets")
        app.add_url_rule("/map", "map", self._map)
        app.add_url_rule("/tiles/<path:name>", "tile", lambda **_name: Response(status=404))
        self.http = make_server("127.0.0.1", 0, app, threaded=True)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.http.server_port}"

    def _map(self) -> Response:
        ground = current_ground()
        if self.tile_url:
            ground = Ground(tile_url=self.tile_url, credit="© OpenStreetMap contributors")
        html = draw_week_map(self.view, assets_base=f"/map-assets/{assets_version()}", nonce=NONCE, ground=ground)
        return Response(html, headers={"Content-Security-Policy": map_policy(NONCE, self.tile_url)})


class Visit:
    """A page with every host but ours cut off, and what it asked for and complained of."""

    def __init__(
        self,
        browser: Browser,
        server: MapServer,
        width: int = 1366,
        height: int = 768,
        path: str = "/map",
        **options: object,
    ) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]  # passed on
        self.elsewhere: list[str] = []
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url, server.address))
        self.page.route(lambda url: not url.startswith(server.address), lambda route: route.abort())
        self.page.goto(f"{server.address}{path}", wait_until="networkidle")

    def _note(self, url: str, ours: str) -> None:
        self.asked.append(url)
        if not url.startswith((ours, "data:")):
            self.elsewhere.append(url)


def inked(page: Page) -> int:
    """How many pixels of the streets' canvases are painted."""
    return int(
        page.evaluate(
            """() => [...document.querySelectorAll('canvas.leaflet-tile')].reduce((sum, canvas) => {
                const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                for (let n = 3; n < pixels.length; n += 4) sum += pixels[n] > 0 ? 1 : 0;
                return sum;
            }, 0)"""
        )
    )
