"""Random numbers: one stream for each (seed, owner, purpose), so that nobody reshuffles the others.

numpy draws standard variates in batches; the sequence does not depend on the size of the batches.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, final

import numpy as np
from librt.vecs import vec
from mypy_extensions import i64

if TYPE_CHECKING:
    from collections.abc import Callable

SMALLEST_BATCH: Final = 64
LARGEST_BATCH: Final = 4096
ROOM: Final = 1 << 17
"""Numbers that all streams of a run hold together, about: a megabyte, so that they stay in the caches."""


@final
class Room:
    """What the streams of a run share, so that where there are many, they hold few numbers each."""

    def __init__(self) -> None:
        self._streams: i64 = 0

    def join(self) -> None:
        """One stream more is in use."""
        self._streams += 1

    def share(self) -> i64:
        """How many numbers each may draw at once."""
        share = ROOM // max(1, self._streams)
        return max(SMALLEST_BATCH, min(LARGEST_BATCH, share))


@final
class Draws:
    """A stream of standard variates of one kind, drawn many at a time."""

    def __init__(self, source: Callable[[int], Any], room: Room) -> None:
        self._values = vec[float]()
        self._next: i64 = 0
        self._size: i64 = 0
        self._source = source
        self._room = room

    def draw(self) -> float:
        """The next variate."""
        place = self._next
        if place == len(self._values):
            self._refill()
            place = 0
        self._next = place + 1
        return self._values[place]

    def below(self, count: i64) -> i64:
        """A whole number from 0 to `count` - 1; only for streams of uniforms."""
        return i64(self.draw() * float(count))

    def _refill(self) -> None:
        """Draw the next batch; a vector holds the bare numbers, where a list holds objects."""
        room = self._room
        if self._size == 0:
            room.join()
        self._size = max(SMALLEST_BATCH, min(self._size * 2, room.share()))
        self._values = vec[float](self._source(int(self._size)))


def generator(seed: int, owner: str, purpose: str) -> np.random.Generator:
    """The generator that belongs to a purpose of a node or a link, in every process the same."""
    digest = hashlib.sha256(f"{owner}\0{purpose}".encode()).digest()
    words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


class Streams:
    """All random streams of a run by owner and purpose. They live on when knobs change."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._batches: dict[str, Draws] = {}
        self._room = Room()

    def uniforms(self, owner: str, purpose: str) -> Source:
        """Arrays of uniforms on [0, 1), for those who keep their own batches."""
        return Source(self.seed, owner, f"{purpose}/uniform", "random", 0.0)

    def uniform(self, owner: str, purpose: str) -> Draws:
        """Uniform on [0, 1)."""
        return self._batch(owner, f"{purpose}/uniform", "random", 0.0)

    def exponential(self, owner: str, purpose: str) -> Draws:
        """Exponential with mean 1."""
        return self._batch(owner, f"{purpose}/exponential", "standard_exponential", 0.0)

    def normal(self, owner: str, purpose: str) -> Draws:
        """Normal with mean 0 and variance 1."""
        return self._batch(owner, f"{purpose}/normal", "standard_normal", 0.0)

    def gamma(self, owner: str, purpose: str, shape: float) -> Draws:
        """Gamma with a shape and scale 1."""
        return self._batch(owner, f"{purpose}/gamma/{shape!r}", "standard_gamma", shape)

    def _batch(self, owner: str, purpose: str, method: str, shape: float) -> Draws:
        name = f"{owner}\0{purpose}"
        batch = self._batches.get(name)
        if batch is None:
            batch = Draws(Source(self.seed, owner, purpose, method, shape), self._room)
            self._batches[name] = batch
        return batch


class Source:
    """Draws arrays of variates; its generator is made when the first one is wanted."""

    def __init__(self, seed: int, owner: str, purpose: str, method: str, shape: float) -> None:
        self._key = (seed, owner, purpose)
        self._method = method
        self._shape = shape
        self._generator: np.random.Generator | None = None

    def __call__(self, size: int) -> Any:
        """The next `size` variates."""
        if self._generator is None:
            self._generator = generator(*self._key)
        if self._method == "random":
            return self._generator.random(size)
        if self._method == "standard_exponential":
            return self._generator.standard_exponential(size)
        if self._method == "standard_normal":
            return self._generator.standard_normal(size)
        return self._generator.standard_gamma(self._shape, size)


def chance(uniforms: Draws | None, probability: float) -> bool:
    """Whether something of a probability happens; certainty draws nothing."""
    if probability <= 0.0:
        return False
    if probability >= 1.0 or uniforms is None:
        return True
    return uniforms.draw() < probability
