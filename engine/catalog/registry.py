"""The explicit list of components. Discovery finds nothing in a frozen application, so every one is named.

A component is loaded when a design has one, or when somebody goes through all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, overload

from engine.catalog.instances import (
    DRAIN_METRICS,
    OMITTED,
    RECOVERY_METRICS,
    TRANSACTION_METRICS,
    UNTRUE_METRICS,
    UPTIME_METRICS,
)
from engine.model.admission import Admission
from engine.model.policies.of_nodes import OF_NODES
from engine.model.policies.policy import metrics_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from engine.catalog.preset import Preset
    from engine.model.component import Component
    from engine.model.metric import Metric

_LISTED: Final = (
    "client",
    "cdn",
    "dns",
    "load_balancer",
    "api_gateway",
    "rate_limiter",
    "auth",
    "coordinator",
    "service",
    "function",
    "worker",
    "external_api",
    "cache",
    "sql_database",
    "object_storage",
    "key_value_cluster",
    "queue",
    "topic",
)
"""The kinds, each the name of its module, in the order of the palette."""


@cache
def preset(kind: str) -> Preset | None:
    """The preset of a kind; None for kinds that this version does not know."""
    if kind not in _LISTED:
        return None
    found: Preset = import_module(f"engine.catalog.{kind}").PRESET
    return _complete(found)


def _complete(preset: Preset) -> Preset:
    """A preset whose component has the metrics of its gates, of its faults and of wrong answers as well."""
    component = preset.component
    fields, metrics = component.config.model_fields, component.metrics
    if "admission" in fields:
        metrics += tuple(replace(metric, needs="admission") for metric in metrics_in(Admission))
    for sort in OF_NODES:
        if sort.field in fields:
            metrics += tuple(replace(metric, needs=sort.field) for metric in sort.metrics)
    if "flow" in fields:
        metrics += TRANSACTION_METRICS
    if "faults" in fields:
        metrics += (*_asked_for(UPTIME_METRICS, fields), OMITTED, *DRAIN_METRICS)
    metrics += tuple(_asked_for(RECOVERY_METRICS, fields))
    metrics += UNTRUE_METRICS
    return replace(preset, component=replace(component, metrics=_each_once(metrics)))


def _each_once(metrics: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """The metrics, of those with the same name the first, which is then measured where any of them is."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        known = found.get(metric.name)
        if known is None:
            found[metric.name] = metric
        elif known.needs and metric.needs:
            needs = dict.fromkeys((*known.needs.split(), *metric.needs.split()))
            found[metric.name] = replace(known, needs=" ".join(needs))
    return tuple(found.values())


def _asked_for(metrics: Iterable[Metric], fields: Collection[str]) -> Iterator[Metric]:
    """The metrics for which there is a field, and the fields that there are."""
    for metric in metrics:
        needs = [name for name in metric.needs.split() if name in fields]
        if needs:
            yield replace(metric, needs=" ".join(needs))


def component(kind: str) -> Component | None:
    """The record of a kind; None for kinds that this version does not know."""
    found = preset(kind)
    return found.component if found is not None else None


@cache
def _all() -> tuple[Component, ...]:
    """The records of all kinds."""
    return tuple(found.component for kind in _LISTED if (found := preset(kind)) is not None)


class _Components(Sequence["Component"]):
    """The records of all kinds, loaded at the first look at one."""

    def __len__(self) -> int:
        return len(_LISTED)

    @overload
    def __getitem__(self, index: int) -> Component: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Component]: ...
    def __getitem__(self, index: int | slice) -> Component | Sequence[Component]:
        return _all()[index]


COMPONENTS: Final[Sequence[Component]] = _Components()
