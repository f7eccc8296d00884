"""What a result says of money, for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.prices import COST_PER_HOUR, PRICE_METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping


def cost_line(result: Mapping[str, Any]) -> str:
    """What the whole design costs: ``5.51 $/h, $ 0.00387 for 1000 answers``; empty where nothing has a price."""
    hour, answers = (result.get(metric.name) for metric in PRICE_METRICS)
    if hour is None:
        return ""
    line = PRICE_METRICS[0].text(hour)
    return line if answers is None else f"{line}, {PRICE_METRICS[1].text(answers)} for 1000 answers"


def costly_parts(result: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The nodes and links that cost something, with US dollars an hour, the dearest first."""
    found = [
        (key, part["extra"][COST_PER_HOUR])
        for section in ("nodes", "links")
        for key, part in result[section].items()
        if part.get("extra", {}).get(COST_PER_HOUR)
    ]
    return sorted(found, key=lambda each: -each[1])
