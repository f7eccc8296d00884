"""How DNS answers, and how it tells dead records from others, as people set it."""

from __future__ import annotations

from typing import Any, Final, Literal

from engine.model.fields import setting
from engine.model.health import Health

PolicyName = Literal["geo", "latency", "weighted", "failover", "round_robin", "anycast"]


class RecordCheck(Health):
    """Checks of what the records lead to; the defaults are those of Amazon Route 53."""

    interval: float = setting(
        30.0,
        title="Interval",
        unit="s",
        help="Time from the end of a check to the beginning of the next (Route 53: 30 s, or 10 s). A record whose "
        "target refuses is out after what is left of one and (failures - 1) more.",
        gt=0.0,
        le=1e6,
    )
    timeout: float = setting(
        4.0,
        title="Timeout",
        unit="s",
        help="A check that is not answered by then has failed; whoever is dead refuses at once (Route 53: 4 s).",
        gt=0.0,
        le=1e6,
    )
    successes: int = setting(
        3,
        title="Successes to return",
        help="Good checks in a row after which a record is an answer again (Route 53: 3, as for failures).",
        ge=1,
        le=1000,
    )
    fail_open: bool = setting(
        default=True,
        title="Fail open",
        help="Once no record is healthy, all are answers (Route 53 does so): checks that fail everywhere say more "
        "about the checks. Off: look-ups then bring nothing, and routes of anycast are all withdrawn.",
    )


POLICY: Final[Any] = setting(
    "geo",
    title="Policy",
    group="Answers",
    help="geo: the record that shares most frames with whoever asks, and of these the nearest. latency: the least "
    "round trip, by the frames and the delays of its links. weighted: by the weights of its links. failover: the "
    "first of its links, in the order in which they were drawn, that is healthy. round_robin: each in turn. anycast: "
    "one address for all, and each request goes to the nearest that announces it; nothing is cached.",
)
RECORDS: Final[Any] = setting(
    None,
    title="Records",
    group="Answers",
    help="Ids of the nodes for which there are records, of those that its links lead to. An event that sets [] leaves "
    "an empty record, as at Amazon in October 2025. None: all of them.",
    lax=True,
)
