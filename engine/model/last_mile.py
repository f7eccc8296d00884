"""The last mile of clients: what their own access to the network takes, by the profile of it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.model.fields import setting
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

ProfileName = Literal["slow-2g", "2g", "3g", "4g", "fibre"]
_KILOBIT: Final = 1000.0 / 8.0
"""Bytes of 1000 bits."""


@dataclass(frozen=True, slots=True)
class LastMile:
    """A way to the network that each user has for themselves."""

    round_trip: float
    """Seconds."""
    bandwidth: float
    """Bytes a second, each way."""


PROFILES: Final[Mapping[str, LastMile]] = MappingProxyType(
    {
        "slow-2g": LastMile(2.0, 50.0 * _KILOBIT),
        "2g": LastMile(1.4, 70.0 * _KILOBIT),
        "3g": LastMile(0.27, 700.0 * _KILOBIT),
        "4g": LastMile(0.17, 9000.0 * _KILOBIT),
        "fibre": LastMile(0.004, 20_000.0 * _KILOBIT),
    }
)
"""The first three are the effective connection types of browsers, least round trip and most downlink of each (MDN,
Effective connection type; 4g has no bounds there). 4g and fibre are the presets 4G and FIOS of WebPageTest
(connectivity.ini)."""

PROFILE: Final[Any] = setting(
    None,
    title="Last mile",
    group="Network",
    help="How users reach the network: 2 s and 50 kb/s, 1.4 s and 70 kb/s, 270 ms and 700 kb/s (what browsers call "
    "slow-2g, 2g and 3g), 170 ms and 9 Mb/s (4G), 4 ms and 20 Mb/s (fibre), there and back and each way. Links that "
    "leave the client take it, on top of the round trip between frames, where they have no delay or no bandwidth of "
    "their own; each request has the bandwidth for itself. None: nothing said.",
)


def last_mile(kind: str, config: Mapping[str, object]) -> LastMile | None:
    """The last mile of a node by its raw config; None where it has none."""
    return PROFILES.get(str(config.get("profile"))) if kind == "client" else None
