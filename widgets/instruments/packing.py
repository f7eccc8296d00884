"""Packs a stretch of a run into few bytes, and out of them again, some items at a time.

A second of thousands of links takes a tenth of a second to pack or unpack: no window waits for that at once.
"""

from __future__ import annotations

import pickle
import zlib
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from engine.sim.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    _Entry = tuple[int, str, Mapping[str, Any]]
    """Which sample, or none; which of its mappings; and some of that."""

Memory = object
"""What a view wants to find again at a moment: anything that can be pickled."""
_SOME: Final = 1000
"""Items of a part: some milliseconds."""
_WHOLE: Final = -1
"""What belongs to no sample."""


def packing(snapshot: Snapshot, memory: Memory) -> Iterator[bytes]:
    """Parts of a snapshot and of what a view remembers, one after the other; one where it is small.

    Args:
        snapshot: samples and how everything stands.
        memory: what goes with it.
    """
    rest: Memory = None if isinstance(memory, dict) else memory
    part: list[_Entry] = []
    items = 0
    bare = replace(
        snapshot,
        samples=tuple(replace(each, nodes={}, links={}) for each in snapshot.samples),
        gauges={},
        in_flight={},
    )
    head: tuple[Snapshot, Memory] | None = (bare, rest)
    for entry in _entries(snapshot, memory):
        part.append(entry)
        items += len(entry[2])
        if items >= _SOME:
            yield _pack((head, part))
            head, part, items = None, [], 0
    if part or head is not None:
        yield _pack((head, part))


def unpacking(parts: tuple[bytes, ...]) -> Generator[None, None, tuple[Snapshot, Memory]]:
    """What some parts hold; each ``yield`` is a part.

    Args:
        parts: all that were packed, in order.
    """
    bare, memory = Snapshot(0.0, 0.0, 0), None
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for each in parts:
        # Packed by this process a moment ago: nobody else writes these bytes.
        head, entries = pickle.loads(zlib.decompress(each))
        if head is not None:
            bare, memory = head
        for place, name, some in entries:
            found.setdefault((place, name), {}).update(some)
        yield
    samples = tuple(
        replace(each, nodes=found.get((place, "nodes"), {}), links=found.get((place, "links"), {}))
        for place, each in enumerate(bare.samples)
    )
    whole = replace(
        bare,
        samples=samples,
        gauges=found.get((_WHOLE, "gauges"), {}),
        in_flight=found.get((_WHOLE, "in_flight"), {}),
    )
    return whole, found.get((_WHOLE, "memory"), memory)


def _entries(snapshot: Snapshot, memory: Memory) -> Iterator[_Entry]:
    """All mappings that grow with the design, some items each."""
    for place, sample in enumerate(snapshot.samples):
        yield from _cut(place, "nodes", sample.nodes)
        yield from _cut(place, "links", sample.links)
    yield from _cut(_WHOLE, "gauges", snapshot.gauges)
    yield from _cut(_WHOLE, "in_flight", snapshot.in_flight)
    if isinstance(memory, dict):
        yield from _cut(_WHOLE, "memory", memory)


def _cut(place: int, name: str, items: Mapping[str, Any]) -> Iterator[_Entry]:
    """A mapping, some items each; once also where it is empty."""
    if len(items) <= _SOME:
        yield place, name, items
        return
    left = iter(items.items())
    while some := dict(islice(left, _SOME)):
        yield place, name, some


def _pack(value: object) -> bytes:
    """As bytes."""
    return zlib.compress(pickle.dumps(value, protocol=5), 1)
