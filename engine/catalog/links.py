"""What links mean, with the delay between the frames around their ends, and with the last mile, where they say none."""

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
    """A link as numbers. Where it has no delay or bandwidth of its own, half a round trip each way and the last mile."""
    plan, given = link_plan(link, config, classes), config.model_fields_set
    mile = trips.last_mile(link.source)
    if "delay" not in given:
        trip = trips.between(link.source, link.target) or 0.0
        trip += 0.0 if mile is None else mile.round_trip
        if trip > 0.0:
            plan = replace(plan, delay=LawPlan(law="constant", mean=trip / 2.0))
    if mile is not None and "bandwidth" not in given:
        plan = replace(plan, last_mile=mile.bandwidth)
    return plan
