"""Compares what the theory twin says without a doubt with runs: every number that is shown as certain must hold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.model.prediction import (
    PERCENTILES,
    WAITS,
    ClientPrediction,
    NodePrediction,
    Theory,
    is_grave,
)
from engine.plan.primitives import Plan
from engine.sim.report import Result
from tests.helpers.plans import simulate

FAR = 0.10
"""Relative difference from which a number is wrong."""
_SURE = 3.0
"""Standard errors of the mean of the runs that are allowed beside it."""
_SHARES = ("rate", "utilization", "loss", "offered", "goodput")
"""Numbers that do not follow from times, where nobody waits with a worker in hand."""
_WAITS = ("wait.mean", "wait.p99", "queue")
"""Numbers that are waits and nothing else."""
_SMALLEST = {"seconds": 1e-5, "share": 2e-3, "number": 5e-3}
"""Differences that nobody could see, by what is measured."""


@dataclass(frozen=True)
class Number:
    """One predicted number, and what runs say instead."""

    name: str
    predicted: float
    measured: float
    error: float
    """Standard error of what was measured."""
    confident: bool
    model: str = ""

    @property
    def apart(self) -> float:
        """Relative difference."""
        least = min(abs(self.predicted), abs(self.measured))
        return (self.measured - self.predicted) / max(least, 1e-300)

    @property
    def wrong(self) -> bool:
        """Whether it is more than a tenth off, beyond what chance and the smallest measure explain."""
        least = min(abs(self.predicted), abs(self.measured))
        unit = "seconds" if "wait" in self.name or "residence" in self.name else "share"
        if "latency" in self.name:
            unit = "seconds"
        if "queue" in self.name or "system" in self.name:
            unit = "number"
        room = FAR * least + _SURE * self.error + _SMALLEST[unit]
        return abs(self.measured - self.predicted) > room

    def __str__(self) -> str:
        sort = "sure" if self.confident else "doubted"
        return (
            f"{self.name}: predicted {self.predicted:.4g}, measured {self.measured:.4g} "
            f"±{self.error:.2g} ({self.apart:+.0%}, {sort}, {self.model})"
        )


def numbers_of(theory: Theory, results: list[Result]) -> list[Number]:
    """Every number of a prediction beside the runs."""
    found: list[Number] = []
    for name, node in theory.nodes.items():
        seen = [_node(each, name) for each in results]
        _add(found, name, _said(node), seen, (*theory.doubts, *node.doubts), node.model)
    for name, users in theory.clients.items():
        seen = [_client(each, name) for each in results]
        _add(found, name, _answered(users), seen, (*theory.doubts, *users.doubts), users.model)
    if theory.bottleneck is not None:
        found += _bottleneck(theory, results)
    return found


def runs_of(plan: Plan, count: int) -> list[Result]:
    """Runs of a plan with different seeds."""
    return [simulate(replace(plan, seed=plan.seed + 1000 * run)) for run in range(count)]


def _add(
    found: list[Number],
    owner: str,
    said: dict[str, float | None],
    seen: list[dict[str, float | None]],
    doubts: tuple[str, ...],
    model: str,
) -> None:
    """The numbers of one part that were predicted and measured."""
    whole = [each for each in doubts if not each.startswith(PERCENTILES)]
    for name, predicted in said.items():
        values = [each[name] for each in seen]
        known = [value for value in values if value is not None]
        if predicted is None or len(known) < len(values):
            continue
        doubted = doubts if name.endswith("p99") else whole
        if name not in _WAITS:
            doubted = [each for each in doubted if not each.startswith(WAITS)]
        if name in _SHARES:
            doubted = [each for each in doubts if is_grave(each)]
        mean = sum(known) / len(known)
        spread = math.sqrt(sum((value - mean) ** 2 for value in known) / max(1, len(known) - 1))
        error = spread / math.sqrt(len(known))
        found.append(Number(f"{owner}.{name}", predicted, mean, error, not doubted, model))


def _said(node: NodePrediction) -> dict[str, float | None]:
    """What is predicted of a node."""
    return {
        "rate": node.rate,
        "utilization": node.utilization,
        "wait.mean": node.wait,
        "wait.p99": node.wait_p99,
        "queue": node.queue,
        "residence.mean": node.residence,
        "residence.p99": node.residence_p99,
        "system": node.in_system,
        "loss": node.loss,
    }


def _node(result: Result, name: str) -> dict[str, float | None]:
    """What was measured at a node."""
    node = result["nodes"][name]
    span = result["duration"] - result["warmup"]
    wait, residence = node.get("wait", {}), node.get("residence", {})
    arrivals = node["arrivals"]
    # A function has no queue to be full: it says that too many come at once.
    reason = "rate_limited" if "concurrency" in node.get("extra", {}) else "queue_full"
    refused = node["refused"].get(reason, 0)
    return {
        "rate": arrivals / span,
        "utilization": node["utilization"],
        "wait.mean": wait.get("mean"),
        "wait.p99": wait.get("p99"),
        "queue": node["queue_mean"],
        "residence.mean": residence.get("mean"),
        "residence.p99": residence.get("p99"),
        "system": node["in_system_mean"],
        "loss": refused / arrivals if arrivals else None,
    }


def _answered(users: ClientPrediction) -> dict[str, float | None]:
    """What is predicted of a client."""
    return {
        "offered": users.offered,
        "goodput": users.goodput,
        "latency.mean": users.latency,
        "latency.p99": users.latency_p99,
    }


def _client(result: Result, name: str) -> dict[str, float | None]:
    """What a client measured."""
    users = result["clients"][name]
    span = result["duration"] - result["warmup"]
    return {
        "offered": users["offered"] / span,
        "goodput": users["goodput"],
        "latency.mean": users["latency"].get("mean"),
        "latency.p99": users["latency"].get("p99"),
    }


def _bottleneck(theory: Theory, results: list[Result]) -> Iterator[Number]:
    """The bottleneck is as busy as any other node, as far as it is known."""
    name = theory.bottleneck or ""
    load = theory.nodes[name].load
    busy: dict[str, float] = {}
    for result in results:
        for node, each in result["nodes"].items():
            if theory.nodes[node].load is not None or each["utilization"] > 0.0:
                busy[node] = busy.get(node, 0.0) + each["utilization"] / len(results)
    if load is None or load > 1.0 or not busy or theory.nodes[name].loss > 0.001:
        return
    backlog = theory.nodes[name].model.endswith("pulled")
    sure = not theory.doubts and not theory.bottleneck_doubt
    highest = max(busy.values())
    own = highest if backlog else busy.get(name, 0.0)
    yield Number("bottleneck.share", 1.0, own / highest if highest else 1.0, 0.0, sure, name)
