"""A name on the map is text and nothing else. The document's own builder renders what it made as a template once more."""

from __future__ import annotations

import json
import re

import pytest

from tests.web.maps.drawn import marks_in
from web.maps import Ground, MapPlace, MapRoute, MapStop, MapUnserved, MapView, PlaceKind, draw_week_map

HOSTILE = (
    "{{ 12345679 * 9 }}",
    "{{ cycler.__init__.__globals__.os.getcwd() }}",
    "{% for n in range(3) %}{{ 12345679 * 9 }}{% endfor %}",
    "{# gone #}here",
    "{{{ 12345679 * 9 }}}",
    "an open {{ brace",
    "an open {% tag",
)


def _document(text: str) -> str:
    view = MapView(
        routes=(
            MapRoute(
                letter="A",
                colour_index=0,
                name=text,
                points=((51.5, -0.1), (51.51, -0.11)),
                stops=(MapStop(latitude=51.5, longitude=-0.1, number=1, time="12:00", label=text),),
            ),
        ),
        unserved=(MapUnserved(latitude=51.52, longitude=-0.1, label=text),),
        places=(MapPlace(latitude=51.53, longitude=-0.1, kind=PlaceKind.DONOR, label=text),),
        credits=(text,),
    )
    return draw_week_map(
        view,
        assets_base="/map-assets/1",
        nonce="bm9uY2U",
        ground=Ground(tile_url="/tiles/{z}/{x}/{y}.png", credit=text),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_on_the_map_is_run_as_a_template(text: str) -> None:
    """An organisation called `{{ ... }}` is shown under that name; nothing of it is worked out on the server."""
    html = _document(text)

    assert [mark[6][-1] for mark in marks_in(html)] == [text, text, text]
    assert json.loads(re.findall(r"roundsCredits\(\w+, (\[.*\])\);", html)[0]) == [text]
    # A number too long to occur by chance among the random names of the document.
    assert "111111111" not in html
