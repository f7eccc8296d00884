"""The adaptive throttle of a client: it sends little more than what is accepted."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_figure

if TYPE_CHECKING:
    from collections.abc import Mapping


_CALM: Final = 0.5
"""Part of the room for calls under way up to which chance does not fill it."""
_SOON: Final = math.log(1e3)
"""Logarithm of the times of a call, after the first, within which all calls should be sent."""


class Throttle(Policy):
    """Refuses calls by itself, by chance, once much of what it sends fails (Google SRE, chapter 21)."""

    field: ClassVar[str] = "throttle"
    title: ClassVar[str] = "adaptive throttle"
    icon: ClassVar[str] = "throttle"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "idle": PolicyState(word="", tone="healthy"),
            "throttling": PolicyState(word="throttling", tone="strained"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="throttled_share", title="throttled by the caller", unit="%"),
    )

    factor: float = setting(
        2.0,
        title="Factor",
        help="K: calls are refused with probability (requests − K × accepted) / (requests + 1), so about K "
        "times as many are sent as are accepted (Google SRE: 2). Less than 1 refuses some always.",
        ge=0.1,
        le=1000.0,
    )
    window: float = setting(
        120.0,
        title="Window",
        unit="s",
        help="What was asked for and accepted so long ago still counts (Google SRE: two minutes).",
        ge=0.01,
        le=1e6,
    )

    def label(self) -> str:
        """The factor."""
        return f"× {format_figure(self.factor)}"

    def decides(self, where: Surroundings) -> bool:
        """It refuses calls though none fails where the factor leaves no room for those under way.

        What is under way has been asked for and not accepted yet. In the beginning that is all; from then on the share
        that is sent grows as t^(K-1), so that with a factor next to 1 it takes for ever until all are.
        """
        room = self.factor - 1.0
        if room <= 0.0:
            return True
        calm = where.under_way * self.factor <= _CALM * room * where.offered * self.window
        return not (calm and math.log(max(where.under_way, 1.0)) <= room * _SOON)
