"""The signs of a key-value cluster: how its replicas agree, and what keeps them from it just now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from widgets.canvas.pill import Pill, Tone
from widgets.canvas.wording import short_rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLUSTER: Final = "key_value_cluster"
"""The kind of node that they are of."""
_CONFLICTS: Final = {"versions": "siblings", "sum": "sums"}


def cluster_pills(config: Mapping[str, object], states: Mapping[str, str]) -> Iterator[Pill]:
    """Quorums or leaders, what becomes of conflicts, the bound of partitions, and what is wrong."""
    replicas = _number(config, "replicas", 3)
    write, read = _number(config, "write_quorum", 2), _number(config, "read_quorum", 2)
    mode = config.get("mode")
    if mode == "single_leader":
        text = f"1 + {replicas - 1} · W{write}"
    elif mode == "multi_leader":
        text = f"{replicas} leaders"
    else:
        text = f"{replicas} · W{write} R{read}"
    if config.get("consistency") == "ap" and mode != "multi_leader":
        text += " · AP"
    state = states.get("cluster", "")
    tone: Tone = "failing" if "leader" in state else "strained" if state else ""
    yield Pill("replicas", state or text, tone)
    conflict = _CONFLICTS.get(str(config.get("conflict")))
    if conflict and mode != "single_leader":
        yield Pill("group", conflict)
    rate = config.get("partition_rate")
    if isinstance(rate, int | float) and not isinstance(rate, bool):
        yield Pill("grid", f"{short_rate(rate)} each")


def _number(config: Mapping[str, object], name: str, usual: int) -> int:
    """A whole number as it is set, or as it usually is; wrong values have findings of their own."""
    found = config.get(name)
    return found if isinstance(found, int) else usual
