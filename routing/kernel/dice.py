"""Chance, from one word of the chain's own: the same seed gives the same search on any thread."""

import numpy as np

from routing.kernel.compiling import Words, compiled

THIRTEEN, SEVEN, SEVENTEEN, ELEVEN = np.uint64(13), np.uint64(7), np.uint64(17), np.uint64(11)


@compiled
def roll(dice: Words) -> float:
    """A number from 0 on, below 1 (Marsaglia's xorshift)."""
    word = dice[0]
    word ^= word << THIRTEEN
    word ^= word >> SEVEN
    word ^= word << SEVENTEEN
    dice[0] = word
    return float(word >> ELEVEN) * (1.0 / 9007199254740992.0)


@compiled
def pick(dice: Words, count: int) -> int:
    """A whole number from 0 on, below count."""
    return int(roll(dice) * count)
