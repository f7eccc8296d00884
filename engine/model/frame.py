"""What a frame does to what lies in it, as people set it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.model.faults import FrameFaults
from engine.model.fields import Config, setting


class FrameConfig(Config):
    """How far a frame is from others, and how it fails."""

    round_trip: dict[str, Annotated[float, Field(ge=0.0, le=1e6)]] = setting(
        {},
        title="Round trips",
        unit="s",
        group="Distance",
        help="Time there and back to other frames; one of the two has to say it. A link without a delay of its own "
        "takes half of it each way. Between zones of a region 1 to 2 ms, from coast to coast 60 to 70 ms, from the "
        "eastern USA to Ireland about 70 ms. 0: nothing said.",
        editor="by_name",
    )
    faults: FrameFaults | None = setting(
        None,
        title="Faults",
        group="Faults",
        help="It fails by itself now and then, and everything inside with it: a power cut, a fire, a bad change. "
        "Off: never.",
    )
