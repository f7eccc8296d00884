"""The record by which everybody knows a component: palette, canvas, inspector, checks, help."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from engine.model.prices import Pricing
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.fields import Config
    from engine.model.metric import Metric

Category = Literal["Traffic", "Edge", "Routing", "Compute", "Data", "Messaging"]
CATEGORIES: tuple[Category, ...] = ("Traffic", "Edge", "Routing", "Compute", "Data", "Messaging")
PortKind = Literal["calls", "messages", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A kind of node, described. What it means in primitives is in its catalog file."""

    kind: str
    """Name in design files."""
    title: str
    """Name that people read; vendor-neutral."""
    category: Category
    summary: str
    """One line: what it is."""
    icon: str
    """Name of an icon in ``assets/icons``."""
    help: str
    """Markdown: what it models, what it leaves out, how it fails, products people know."""
    config: type[Config]
    """Typed config; every field declared with ``setting``."""
    input: PortKind
    """What arrives: calls, messages pulled from a queue, or nothing."""
    output: PortKind
    """What leaves: calls to others, messages to consumers, or nothing."""
    metrics: tuple[Metric, ...] = ()
    """What it adds to ``extra``."""
    times: tuple[str, ...] = ()
    """Names of durations that results have of it beside those of all nodes, such as ``publish_to_done``."""
    headline: str = ""
    """Name of the extra metric shown in the card's live line instead of p99; empty for p99."""
    pricing: Pricing = Pricing()
    """By what it is charged, where a design has prices."""
    sample: Mapping[str, object] = field(default_factory=dict)
    """Config that a freshly dropped node starts with, where the defaults would show little."""

    @property
    def forwards(self) -> bool:
        """Whether it passes each request to one of those behind its links, as balancers and queues do."""
        return self.category == "Routing" or self.output == "messages"

    @property
    def keeps_answers(self) -> bool:
        """Whether it always has a store of answers, which may be emptied."""
        return any(metric.name == "hit_ratio" and not metric.needs for metric in self.metrics)


def can_link(source: Component, target: Component) -> bool:
    """Whether a link may go from one kind to the other: what leaves must be what arrives."""
    return source.output != "none" and source.output == target.input
