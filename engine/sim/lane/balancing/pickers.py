"""How a caller or a router chooses among instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import Endpoint, Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.draws import Draws


@final
class RoundRobin(Picker):
    """One after the other; the unhealthy are skipped."""

    def __init__(self, endpoints: list[Endpoint]) -> None:
        self._endpoints = endpoints
        self._next: i64 = 0

    def pick(self) -> Endpoint | None:
        """The next healthy one."""
        count: i64 = len(self._endpoints)
        place = self._next
        for _ in range(count):
            if place >= count:
                place = 0
            endpoint = self._endpoints[place]
            place += 1
            if endpoint.healthy:
                self._next = place
                return endpoint
        return None


def healthy(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Those that are healthy; the same list where all are."""
    for endpoint in endpoints:
        if not endpoint.healthy:
            return [each for each in endpoints if each.healthy]
    return endpoints


@final
class Random(Picker):
    """Any, with equal chances."""

    def __init__(self, endpoints: list[Endpoint], uniforms: Draws) -> None:
        self._endpoints = endpoints
        self._uniforms = uniforms

    def pick(self) -> Endpoint | None:
        """One of the healthy."""
        among = healthy(self._endpoints)
        if len(among) == 0:
            return None
        return among[self._uniforms.below(len(among))]


@final
class PowerOfTwo(Picker):
    """The less loaded of two different ones drawn at random (Mitzenmacher 2001)."""

    def __init__(self, endpoints: list[Endpoint], uniforms: Draws) -> None:
        self._endpoints = endpoints
        self._uniforms = uniforms

    def pick(self) -> Endpoint | None:
        """The less loaded; the first of equals."""
        among = healthy(self._endpoints)
        count: i64 = len(among)
        if count == 0:
            return None
        first = self._uniforms.below(count)
        if count == 1:
            return among[first]
        second = self._uniforms.below(count - 1)
        if second >= first:
            second += 1
        one, other = among[first], among[second]
        return other if other.outstanding < one.outstanding else one


@final
class LeastConnections(Picker):
    """The one with the fewest calls outstanding; among equals, one after the other."""

    def __init__(self, endpoints: list[Endpoint]) -> None:
        self._endpoints = endpoints
        self._next: i64 = 0

    def pick(self) -> Endpoint | None:
        """The least loaded healthy one, searched from where the search before ended."""
        endpoints = self._endpoints
        count: i64 = len(endpoints)
        best: Endpoint | None = None
        least: i64 = 0
        found: i64 = 0
        place = self._next
        for _ in range(count):
            if place >= count:
                place = 0
            endpoint = endpoints[place]
            place += 1
            if endpoint.healthy and (best is None or endpoint.outstanding < least):
                best = endpoint
                least = endpoint.outstanding
                found = place
                if least == 0:
                    break
        if best is not None:
            self._next = found
        return best


@final
class Weighted(Picker):
    """Any, with chances in proportion to the weights."""

    def __init__(self, endpoints: list[Endpoint], uniforms: Draws) -> None:
        self._endpoints = endpoints
        self._uniforms = uniforms

    def pick(self) -> Endpoint | None:
        """One of the healthy."""
        among = healthy(self._endpoints)
        total = 0.0
        for endpoint in among:
            total += endpoint.weight
        if total <= 0.0:
            return None
        left = self._uniforms.draw() * total
        chosen: Endpoint | None = None
        for endpoint in among:
            if endpoint.weight > 0.0:
                chosen = endpoint
                left -= endpoint.weight
                if left < 0.0:
                    break
        return chosen
