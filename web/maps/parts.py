"""The folium elements a map is made of. Importing this imports folium, which is slow: only `folium_map` does, late.

Texts reach the page as JSON and are put there as text nodes, so no label can become markup or script; folium's own
tooltips paste them into template literals. Every script carries the nonce.

branca renders what an element's template has made as a template once more: a name with `{{ }}` in it would be run on the
server. So texts go through `script_json`, and `script_text` where they are HTML.
"""

from __future__ import annotations

import re
from html import escape

import folium
from branca.element import Figure, MacroElement
from folium.template import Template
from jinja2.utils import htmlsafe_json_dumps

from web.maps.packing import packed_line

_OPENS_A_TAG = re.compile(r"\{(?=[{%#])")


def script_json(value: object) -> str:
    """Plain values as JSON for a script, in which no text opens a tag of Jinja: the same JSON, written differently."""
    return _OPENS_A_TAG.sub(r"\\u007b", str(htmlsafe_json_dumps(value)))


def script_text(html: str) -> str:
    """HTML that shows the same, without a brace that Jinja could take for a tag."""
    return html.replace("{", "&#123;")


class MapDocument(Figure):
    """The page around the map, in place of folium's, which has no nonce, no language, and forbids zooming.

    `assets` is the markup of its scripts and styles, by address or inline.
    """

    _template = Template(
        """<!doctype html>
<html lang="{{ this.language|e }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{{ this.heading|e }}</title>
{{ this.assets }}</head>
<body>
<main>
<h1 class="unseen">{{ this.heading|e }}</h1>
{{ this.html.render(**kwargs) }}
</main>
<script nonce="{{ this.nonce|e }}">
"use strict";
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
"""
    )

    def __init__(self, *, heading: str, language: str, nonce: str, assets: str, week_map: LeafletMap) -> None:
        super().__init__()
        self.assets = assets
        self.heading = heading
        self.language = language
        self.nonce = nonce
        self.add_child(week_map)


class LeafletMap(folium.Map):
    """folium's map with its four third-party hosts replaced by files of ours and no inline style.

    `streets` is what `roundsStreets` is told of the base map, or None where tiles or nothing lie below.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="rounds-map{% if this.has_tiles %} has-tiles{% endif %}" id="{{ this.get_name() }}"></div>
        {% if this.notice %}<p class="map-notice">{{ this.notice }}</p>{% endif %}
        {% endmacro %}

        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = roundsMap({{ this.get_name()|tojson }}, {{ this.streets }});
        {% endmacro %}
        """
    )

    def __init__(self, *, has_tiles: bool, notice: str, streets: dict[str, object] | None) -> None:
        super().__init__(tiles=None)
        self.has_tiles = has_tiles
        self.notice = script_text(escape(notice))
        self.streets = script_json(streets)


class RouteLine(MacroElement):
    """A route's line with its arrows, in the layer it is added to."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        roundsLine({{ this._parent.get_name() }}, {{ this.points }}, {{ this.style }});
        {% endmacro %}
        """
    )

    def __init__(self, points: tuple[tuple[float, float], ...], style: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves this one without types
        self._name = "RouteLine"
        self.points = script_json(packed_line(points))
        self.style = script_json(style)


class ZoneArea(MacroElement):
    """A charge zone's polygons, in the layer they are added to."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        roundsArea({{ this._parent.get_name() }}, {{ this.polygons }});
        {% endmacro %}
        """
    )

    def __init__(self, polygons: tuple[tuple[tuple[tuple[float, float], ...], ...], ...]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves this one without types
        self._name = "ZoneArea"
        self.polygons = script_json([[packed_line(ring) for ring in polygon] for polygon in polygons])


class MarkSet(MacroElement):
    """The marks of a layer. One call for all: a script for each would be most of the document."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        roundsMarks({{ this._parent.get_name() }}, {{ this.marks }});
        {% endmacro %}
        """
    )

    def __init__(self, marks: list[list[object]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves this one without types
        self._name = "MarkSet"
        self.marks = script_json(marks)


class Legend(MacroElement):
    """The key of the map, which turns layers on and off as well. `entries`: what each shows, and its layer."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        roundsLegend({{ this._parent.get_name() }}, {{ this.words }}, [
        {% for entry, layer in this.entries %}[{{ entry }}, {{ layer.get_name() }}],
        {% endfor %}]);
        {% endmacro %}
        """
    )

    def __init__(self, words: dict[str, str], entries: list[tuple[dict[str, object], folium.FeatureGroup]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves this one without types
        self._name = "Legend"
        self.words = script_json(words)
        self.entries = [(script_json(entry), layer) for entry, layer in entries]


class Framing(MacroElement):
    """Where to look, and whom to credit (escaped HTML). `bounds` is [[south, west], [north, east]]."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        roundsCredits({{ this._parent.get_name() }}, {{ this.credits }});
        roundsFit({{ this._parent.get_name() }}, {{ this.bounds }});
        {% endmacro %}
        """
    )

    def __init__(self, bounds: list[list[float]], credits_html: list[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves this one without types
        self._name = "Framing"
        self.bounds = script_json(bounds)
        self.credits = script_json(credits_html)
