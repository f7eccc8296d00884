"""Warnings: requests of clients that no link takes, so that nobody answers them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.catalog.client import ClientConfig
from engine.model.findings import Finding
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Link
    from engine.model.link import LinkConfig
    from engine.model.traffic import RequestClass


def unasked_warnings(reading: Reading) -> Iterator[Finding]:
    """Clients some of whose requests call nobody, by class or by chance: those fail."""
    called: defaultdict[str, list[Link]] = defaultdict(list)
    for link in reading.design.links:
        called[link.source].append(link)
    for node in reading.design.nodes:
        config = reading.configs.get(node.id)
        leaving = called[node.id]
        links = [reading.links[link.id] for link in leaving if link.id in reading.links]
        if not isinstance(config, ClientConfig) or not links or len(links) < len(leaving):
            continue
        name = node.name or node.id
        for kind in reading.classes:
            share = unasked(links, kind)
            if share <= 0.0 or (config.mix and not config.mix.get(kind.name)):
                continue
            whose = f" of class {kind.name}" if len(reading.classes) > 1 else ""
            message = (
                f"No link takes the requests{whose} of {name}, so they fail; let a link take them"
                if share >= 1.0
                else f"{format_quantity(share, '%')} of the requests{whose} of {name} call nobody, "
                "by the probability of its links, and fail; give one link probability 1"
            )
            yield Finding(
                level="warning", code="no-target", id=node.id, field=None, message=message
            )


def unasked(links: list[LinkConfig], kind: RequestClass) -> float:
    """Probability that a request of a class makes none of these calls.

    What is called after a miss or a failure only is called after another call; writes miss nothing.
    """
    share = 1.0
    for link in links:
        first = link.when == "always" or (kind.operation == "write" and "miss" in link.when)
        if first and (link.classes is None or kind.name in link.classes):
            share *= 1.0 - link.probability
    return share
