"""The explicit list of components. Discovery finds nothing in a frozen application, so every one is named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.catalog import cache, client, load_balancer, queue, service, sql_database, worker
from engine.model.admission import Admission
from engine.model.policies.policy import metrics_in

if TYPE_CHECKING:
    from engine.catalog.preset import Preset
    from engine.model.component import Component

_LISTED: Final[tuple[Preset, ...]] = (
    client.PRESET,
    load_balancer.PRESET,
    service.PRESET,
    worker.PRESET,
    cache.PRESET,
    sql_database.PRESET,
    queue.PRESET,
)


def _complete(preset: Preset) -> Preset:
    """A preset whose component has the metrics of its gates as well."""
    component = preset.component
    if "admission" not in component.config.model_fields:
        return preset
    gates = tuple(replace(metric, needs="admission") for metric in metrics_in(Admission))
    return replace(preset, component=replace(component, metrics=(*component.metrics, *gates)))


PRESETS: Final[tuple[Preset, ...]] = tuple(map(_complete, _LISTED))
COMPONENTS: Final[tuple[Component, ...]] = tuple(preset.component for preset in PRESETS)
_BY_KIND: Final[dict[str, Preset]] = {preset.component.kind: preset for preset in PRESETS}


def preset(kind: str) -> Preset | None:
    """The preset of a kind; None for kinds that this version does not know."""
    return _BY_KIND.get(kind)


def component(kind: str) -> Component | None:
    """The record of a kind; None for kinds that this version does not know."""
    found = _BY_KIND.get(kind)
    return found.component if found is not None else None
