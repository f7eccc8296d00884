"""What a frame does to what lies in it, as people set it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from engine.model.faults import FrameFaults
from engine.model.fields import Config, setting
from engine.model.places import place

_DISTANCE = "Distance"


class FrameConfig(Config):
    """How far a frame is from others, how far it is trusted, and how it fails."""

    place: str | None = setting(
        None,
        title="Place",
        group=_DISTANCE,
        help="A region of a provider, such as aws/eu-west-1: the round trips to frames with other places of the same "
        "provider are then as somebody has measured them, where no round trip says otherwise. AWS: median of a year "
        "up to May 2025 (aws-2017: of April 2017); Azure: 95th percentile of July 2026; IBM: mean of August 2025. "
        "None: nowhere in particular.",
        max_length=100,
    )
    round_trip: dict[str, Annotated[float, Field(ge=0.0, le=1e6)]] = setting(
        {},
        title="Round trips",
        unit="s",
        group=_DISTANCE,
        help="Time there and back to other frames; one of the two has to say it. A link without a delay of its own "
        "takes half of it each way. Between zones of a region 1 to 2 ms, from coast to coast 60 to 70 ms, from the "
        "eastern USA to Ireland about 70 ms. 0: nothing said.",
        editor="by_name",
    )
    inside: Literal["nothing", "typical"] = setting(
        "nothing",
        title="Round trips inside",
        group=_DISTANCE,
        help="typical: what lies together in here is .1 ms there and back from each other in one host, .5 ms in one "
        "zone, and 1.5 ms in one region (availability zones: .25 to 3.4 ms), by the innermost host, zone or region "
        "around both. nothing: no time at all.",
    )
    trust: int | None = setting(
        None,
        title="Trust level",
        group="Security",
        help="How far what lies in here is trusted: it is a zone of its own, into which from outside only links lead that "
        "are allowed (default deny), neither calls nor attackers come over others. 0: everybody may come in, as from "
        "the internet. Levels order zones, such as 0 internet, 1 edge, 2 services, 3 data. None: no boundary.",
        ge=0,
        le=100,
    )
    price_factor: float | None = setting(
        None,
        title="Price factor",
        group="Costs",
        help="What lies in here costs so many times what the prices of the design say; the innermost frame that says "
        "something counts. Regions differ: Ireland 1.1, Sao Paulo 1.6 times N. Virginia (AWS, t3.medium, 2025). None: "
        "as the frame around it.",
        ge=0.0,
        le=1000.0,
    )
    faults: FrameFaults | None = setting(
        None,
        title="Faults",
        group="Faults",
        help="It fails by itself now and then, and everything inside with it: a power cut, a fire, a bad change. "
        "Off: never.",
    )

    @field_validator("place")
    @classmethod
    def _is_known(cls, text: str | None) -> str | None:
        """Refuse a place of which nothing is known: its links would take no time without a word."""
        if text is not None:
            place(text)
        return text
