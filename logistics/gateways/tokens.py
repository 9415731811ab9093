"""Secrets: tokens for links, kept hashed, and passwords of words."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_BITS = 160  # a driver's link must hold 128 at least; 27 characters still fit one SMS beside the words

_WORD_LIST = (
    "acorn almond amber apple apron arrow aspen autumn bakery barley basil basket beacon beetle berry birch biscuit "
    "blanket bottle bramble bread breeze bridge bright broccoli bronze bucket butter button candle caramel carrot "
    "castle cedar celery chalk cherry chestnut cider cinnamon clover cobalt coffee copper coral cotton crumble crystal "
    "cushion custard daisy damson dapple dolphin dragon drizzle dumpling eagle ember falcon feather fennel fiddle "
    "finch forest fossil fountain garden garlic ginger glacier goose granite gravel hammer harbour harvest hazel "
    "heather hedgehog heron hollow honey island ivory jacket jasmine jigsaw juniper kettle kitten ladder lagoon "
    "lantern laurel lavender lemon lentil lily linen lobster magnet maple marble marigold meadow melon mint mitten "
    "morning mountain muffin mustard nectar nettle nutmeg oak oatmeal olive onion orange orchard otter oyster paddle "
    "pancake parsley parsnip pastry peach pear pebble penguin pepper petal piano pickle pigeon plum pocket pond poppy "
    "porridge potato pretzel puffin pumpkin quarry quilt rabbit radish raisin raven ribbon river robin rocket rosemary "
    "saddle saffron sage salad sandal scone seaside sesame shelter silver sparrow spinach spoon spruce starling "
    "sunrise teapot thimble thistle thunder thyme timber toast tomato trumpet tulip turnip umbrella valley vanilla "
    "velvet violet waffle walnut walrus water whistle willow window winter yarrow yellow zebra"
)
_WORDS = _WORD_LIST.split()


def new_token() -> str:
    """A random token for a link: 160 bits, letters, digits, `-` and `_`. It is shown once and never stored."""
    return secrets.token_urlsafe(TOKEN_BITS // 8)


def hash_token(token: str) -> str:
    """What is stored instead: SHA-256 in hexadecimal. A fast hash is enough, for a random token cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_matches(token: str, stored_hash: str) -> bool:
    """Whether this is the token that was hashed, in a time that does not depend on where they differ."""
    return hmac.compare_digest(hash_token(token).encode(), stored_hash.encode())


def new_word_password() -> str:
    """A password that a person can read aloud and type, `plum-kettle-heron-oak-47`: about 37 bits.

    Enough for a first password, which is told in person: it is stored as argon2id, and sign-in is rate limited.
    """
    words = [secrets.choice(_WORDS) for _ in range(4)]
    return "-".join([*words, str(secrets.randbelow(90) + 10)])
