"""A phone with an authenticator app, written from RFC 6238 and not with what the product uses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct

from logistics.gateways.clock import FixedClock
from tests.web.world import Visitor

SET_UP = "/account/second-factor/set-up"


class Phone:
    """An app that was given a key, and shows the code of the test's clock."""

    def __init__(self, key: str, clock: FixedClock) -> None:
        letters = re.sub(r"[^A-Z2-7]", "", key.upper())
        self._key = base64.b32decode(letters + "=" * (-len(letters) % 8))
        self._clock = clock

    def code(self, *, steps_away: int = 0) -> str:
        """The six figures of this half minute, or of one so many before or after."""
        step = int(self._clock.now().timestamp()) // 30 + steps_away
        digest = hmac.new(self._key, struct.pack(">Q", step), hashlib.sha1).digest()
        offset = digest[-1] & 15
        number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
        return f"{number % 1_000_000:06d}"


def scan(client: Visitor, clock: FixedClock) -> Phone:
    """Open the page that sets a second factor up, and type its key into a phone."""
    page = client.get(SET_UP)
    assert page.status_code == 200, page.headers
    return Phone(page.text.split('class="secret code">')[1].split("<")[0], clock)


def set_up(client: Visitor, clock: FixedClock) -> tuple[Phone, list[str]]:
    """Set a second factor up as a person does; the phone, and the recovery codes that were shown."""
    phone = scan(client, clock)
    answer = client.post(SET_UP, data={"code": phone.code()})
    assert answer.status_code == 200, answer.text
    return phone, re.findall(r'class="secret code">([0-9a-f-]{14})<', answer.text)
