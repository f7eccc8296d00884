"""What links mean, with the delay between the frames around their ends where they say none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.plan.lower import link_plan
from engine.plan.primitives import LawPlan

if TYPE_CHECKING:
    from engine.model.design import Link
    from engine.model.link import LinkConfig
    from engine.model.round_trips import RoundTrips
    from engine.plan.primitives import ClassPlan, LinkPlan


def lowered_link(
    link: Link, config: LinkConfig, classes: tuple[ClassPlan, ...], trips: RoundTrips
) -> LinkPlan:
    """A link as numbers; half a round trip each way where it has no delay of its own."""
    plan = link_plan(link, config, classes)
    if "delay" in config.model_fields_set:
        return plan
    trip = trips.between(link.source, link.target)
    return plan if trip is None else replace(plan, delay=LawPlan(law="constant", mean=trip / 2.0))
