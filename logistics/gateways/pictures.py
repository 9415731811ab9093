"""Photos that people send: known kinds only, by what is in the file, drawn anew so that nothing hidden comes along."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from logistics.domain.errors import BadInput

KINDS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_PIXELS_UNPACKED = 9_000_000
"""Of a kind that has to be unpacked whole before it is made smaller: a screenshot has less, and a small file could hold far more."""
LONGEST_EDGE_PX = 1_800
QUALITY = 82


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG of ours: no place, no camera, no thumbnail in it."""

    jpeg: bytes
    width_px: int
    height_px: int


def read_picture(sent: bytes, *, longest_edge_px: int = LONGEST_EDGE_PX) -> Picture:
    """The photo, turned upright, no larger than `longest_edge_px`, without metadata. Raises BadInput for field `photo`."""
    if not sent:
        raise _wrong("Choose a photo")
    if len(sent) > MOST_BYTES:
        raise _wrong(f"The photo is larger than {MOST_BYTES // 1024 // 1024} MB: take a smaller one")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(sent, longest_edge_px)
    except UnidentifiedImageError as error:
        raise _wrong("This is no photo that we can read: send a JPEG, PNG or WebP") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise _wrong("The photo is damaged: take it again") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _wrong("The photo has too many pixels: take a smaller one") from error


def _drawn(sent: bytes, longest_edge_px: int) -> Picture:
    with Image.open(io.BytesIO(sent), formats=KINDS) as image:
        # The size stands in the file's head: nothing is unpacked before it is known to fit.
        if image.width * image.height > (MOST_PIXELS if image.format == "JPEG" else MOST_PIXELS_UNPACKED):
            raise _wrong("The photo has too many pixels: take a smaller one")
        image.draft("RGB", (longest_edge_px, longest_edge_px))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((longest_edge_px, longest_edge_px))
        seen = upright.convert("RGBA")
        # A new picture: what is written holds these pixels and nothing of the file that was sent.
        fresh = Image.new("RGB", seen.size, "white")
        fresh.paste(seen, mask=seen.getchannel("A"))
    written = io.BytesIO()
    fresh.save(written, "JPEG", quality=QUALITY)
    return Picture(jpeg=written.getvalue(), width_px=fresh.width, height_px=fresh.height)


def _wrong(sentence: str) -> BadInput:
    return BadInput("There is a problem", {"photo": sentence})
