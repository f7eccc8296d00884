"""Bandwidth and encryption of links."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE
from engine.sim.body import Counters, Values, ratio
from engine.sim.lane.network.origins import Origins
from engine.sim.lane.network.transport import Network
from engine.sim.lane.network.ways import Ways
from engine.sim.lane.node import Node
from engine.sim.primitives.adapter import TransportAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan
    from engine.sim.lane.link import Link
    from engine.sim.lane.network_path import Transport
    from engine.sim.setup import Setup


def _bare(network: Transport | None) -> Transport | None:
    """What lies under the ways of callers and of instances."""
    while isinstance(network, Origins | Ways):
        network = network.under
    return network


class NetworkAdapter(TransportAdapter[Network]):
    """What the bytes of a link's calls meet."""

    name = "network"

    def body(self, link: Link, plan: LinkPlan, setup: Setup) -> Network | None:
        """The network of a plan; none where nothing of it costs anything.

        One that is taken away goes on for the calls that it has.
        """
        relays = plan.id in setup.passing.leaving
        free = plan.bandwidth == plan.last_mile == INFINITE
        if free and plan.connection is None and plan.encryption is None and not relays:
            link.network = None
            return None
        network = _bare(link.network)
        if not isinstance(network, Network):
            network = Network(link)
        link.network = network
        # Requests of a class that is gone are as large as those of the last one.
        network.request_bytes = setup.request_bytes()
        network.response_bytes = setup.response_bytes(plan.id)
        network.cookie = float(setup.carried.cookies.get(plan.id, 0))
        for channel in (network.request_channel, network.response_channel):
            channel.speed, channel.own = plan.bandwidth, plan.last_mile
        network.handshake = plan.encryption.handshake if plan.encryption is not None else 0.0
        network.cipher = plan.encryption.per_byte if plan.encryption is not None else 0.0
        network.congested = not free or plan.connection is not None
        network.passes = plan.id in setup.passing.entering
        network.relays = relays
        network.charges = not (isinstance(link.target, Node) and link.target.instant)
        return network

    def counters(self, body: Network, now: float) -> Counters:
        """Time busy, time waited and messages, there and back."""
        there, back = body.request_channel, body.response_channel
        return (
            there.busy(now),
            back.busy(now),
            there.waited,
            back.waited,
            float(there.messages),
            float(back.messages),
        )

    def extra(self, body: Network, since: Sequence[float], span: float, now: float) -> Values:
        """How full the link is each way, and what waiting for it costs."""
        out, back, out_wait, back_wait, requests, answers = since
        if body.request_channel.speed == math.inf:
            return {}
        return {
            "request_utilization": ratio(out, span),
            "response_utilization": ratio(back, span),
            "request_wait": ratio(out_wait, requests),
            "response_wait": ratio(back_wait, answers),
        }
