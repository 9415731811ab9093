"""Photos of labels: only what is a photo, drawn anew without what the camera wrote, seen by those who see the donation."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable

import pytest
from PIL import Image

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.gateways.pictures import LONGEST_EDGE_PX, MOST_BYTES, read_picture
from logistics.persistence.tables import LabelPhoto
from tests.web.world import Visitor, World

GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def photo(kind: str = "JPEG", size: tuple[int, int] = (40, 20)) -> bytes:
    """A photo that says where, with what and how it was taken: held upright, so it lies on its side."""
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "SecretCamera", 6
    exif.get_ifd(GPS)[1] = "N"
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, kind, exif=exif, comment="SecretPlace")
    return written.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_is_drawn_anew(kind: str) -> None:
    """A JPEG, upright, no larger than needed, with the colour of the photo and nothing that the camera wrote."""
    sent = photo(kind, (4000, 2000))
    assert b"SecretCamera" in sent
    picture = read_picture(sent)
    with Image.open(io.BytesIO(picture.jpeg)) as image:
        assert image.format == "JPEG"
        assert image.size == (picture.width_px, picture.height_px) == (LONGEST_EDGE_PX // 2, LONGEST_EDGE_PX)
        assert not dict(image.getexif())
        assert "comment" not in image.info
        red, green, _blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert red > 240
        assert green < 20
    assert b"Secret" not in picture.jpeg


def small_file_of_many_pixels() -> bytes:
    """A PNG of a few kilobytes that would unpack to hundreds of megabytes."""
    written = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "Choose a photo"),
        (b"not a photo", "no photo that we can read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no photo that we can read"),
        (b"%PDF-1.7", "no photo that we can read"),
        (b"GIF89a" + b"\0" * 50, "no photo that we can read"),
        (photo()[:120], "no photo that we can read|damaged"),
        (photo("JPEG", (400, 400))[:-200], "damaged"),
        (b"\0" * (MOST_BYTES + 1), "larger than 8 MB"),
        (small_file_of_many_pixels(), "too many pixels"),
        (photo("PNG", (3200, 3000)), "too many pixels"),
    ],
    ids=["empty", "text", "svg", "pdf", "gif", "head", "cut", "large", "bomb", "unpacked"],
)
def test_what_is_no_photo_is_refused(sent: bytes, words: str) -> None:
    """Whatever its name says, a file is what is in it; what is damaged, too large or a trap gets one sentence."""
    with pytest.raises(BadInput) as refused:
        read_picture(sent)
    assert re.search(words, refused.value.fields["photo"])


def test_label_is_private(world: World, signed_in: Callable[..., Visitor], visitor: Visitor) -> None:
    """Its donor adds and removes it, a dispatcher sees it, another donor and a stranger do not."""
    donor = world.organisation("DON1", OrganisationKind.DONOR)
    slot_id = world.donation_slot(donor)
    cook = signed_in(email=world.account(Role.DONOR, organisation_id=donor))
    path = f"/donate/slots/{slot_id}"
    wrong = cook.post(f"{path}/photos", data={"photo": (io.BytesIO(b"<svg/>"), "label.jpg")})
    assert (wrong.status_code, "no photo that we can read" in wrong.text) == (422, True)
    assert cook.post(f"{path}/photos", data={"photo": (io.BytesIO(photo()), "../../x.php")}).status_code == 303
    with world.session() as session:
        photo_id: uuid.UUID = session.query(LabelPhoto).one().id
    dispatcher = signed_in(Role.DISPATCHER)
    assert f"/donate/photos/{photo_id}" in dispatcher.get(f"{path}/about").text
    shown = dispatcher.get(f"/donate/photos/{photo_id}")
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    other = signed_in(Role.DONOR)
    for who in (other, visitor):
        assert who.get(f"/donate/photos/{photo_id}").status_code in (302, 404)
        assert who.post(f"/donate/photos/{photo_id}/remove").status_code in (302, 404)
    assert other.post(f"{path}/photos", data={"photo": (io.BytesIO(photo()), "x.jpg")}).status_code == 404
    assert cook.post(f"/donate/photos/{photo_id}/remove").status_code == 303
    assert cook.get(f"/donate/photos/{photo_id}").status_code == 404
    assert "Photo of a label removed" in cook.get(f"{path}/about").text
