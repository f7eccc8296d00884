"""The fields of events: what each is called, what it holds, and its bounds.

Defaults are round numbers at which an ordinary design shows what happens; they are what every form and menu
starts with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from engine.model.event_record import EventField
from engine.model.ids import Id

FACTOR: Final = EventField(
    name="factor",
    title="Factor",
    help="Times longer work, or times the load.",
    default=10.0,
    ge=0.0,
    le=1e6,
)
PROBABILITY: Final = EventField(
    name="probability",
    title="Probability",
    help="Share of requests or of crossings.",
    unit="%",
    default=0.2,
    ge=0.0,
    le=1.0,
)
SECONDS: Final = EventField(
    name="seconds",
    title="Added delay",
    help="Added to each crossing.",
    unit="s",
    default=0.2,
    ge=0.0,
    le=1e6,
)
INSTANCES: Final = EventField(
    name="instances",
    title="Instances",
    help="How many instances; none is all.",
    sort="count",
    required=False,
    hint="all",
    ge=1,
    le=100_000,
)
INSTANCE: Final = EventField(
    name="instance",
    title="Only instance",
    help="The only one, counted from 1, such as a follower of a database: its first instance leads to begin with. "
    "None: as many of the first as are said.",
    sort="count",
    required=False,
    hint="any",
    ge=1,
    le=100_000,
)
ANSWERED_AFTER: Final = replace(
    SECONDS,
    title="Answered after",
    help="Time from when a worker takes a failing request up, in place of its work, to its "
    "answer; 0: at once. None: after its work.",
    default=None,
    required=False,
    hint="its work",
)
TIME_TO_DRAIN: Final = replace(
    SECONDS,
    title="Time to drain",
    help="Seconds after which what is left is cut off (HAProxy's and Envoy's drains, AWS "
    "deregistration_delay: 300 s). None is as its node says under Drain, and where that is off as long "
    "as it takes.",
    default=30.0,
    required=False,
    hint="as its node says",
)
TIME_A_HOP: Final = replace(
    SECONDS,
    title="Time a hop",
    help="Time that it takes to get from one node to the next. None: no time.",
    default=None,
    required=False,
    hint="no time",
)
STORE_OF: Final = replace(
    INSTANCE,
    help="The only one, counted from 1, where each has a store of its own, such as a point of presence. "
    "None: all.",
    hint="all",
)
RAMP: Final = EventField(
    name="ramp",
    title="Ramp",
    help="Time over which it grows from nothing to its full strength, evenly; none is at once.",
    unit="s",
    required=False,
    hint="at once",
    ge=0.0,
    le=1e6,
)
BYTES: Final = EventField(
    name="bytes",
    title="Memory a second",
    help="Memory that is never given back, a second, on each instance; its node has to have memory switched on.",
    unit="B",
    required=False,
    hint="none",
    ge=0.0,
    le=1e15,
)
WORKERS: Final = EventField(
    name="workers",
    title="Workers a second",
    help="Workers, threads or connections of a pool that never come back, a second, on each instance; one always "
    "stays.",
    default=0.1,
    required=False,
    hint="none",
    ge=0.0,
    le=1e4,
)
USER: Final = EventField(
    name="user",
    title="User",
    help="The number of the only user, counted from 0 at each client; none is a share of all.",
    sort="count",
    required=False,
    hint="a share",
    ge=0,
    le=1e9,
)
KEY: Final = EventField(
    name="key",
    title="Key",
    help="The number of the key, counted from 0: of Zipf keys 0 is the most popular one anyway.",
    sort="count",
    default=0,
    ge=0,
    le=1e9,
)
AHEAD: Final = EventField(
    name="ahead",
    title="Published ahead",
    help="Time for which the new key is published before it signs; none is not at all.",
    unit="s",
    required=False,
    hint="not at all",
    ge=0.0,
    le=1e9,
)
OVERLAP: Final = EventField(
    name="overlap",
    title="Overlap",
    help="Time for which the old key stays good after the new one has begun to sign; none is for good.",
    unit="s",
    required=False,
    hint="for good",
    ge=0.0,
    le=1e9,
)
WITH: Final = EventField(name="with", title="From", help="The other side.", sort="item")
TOWARDS: Final = replace(
    WITH,
    title="Only to",
    help="Only what goes between the two, either way, such as two regions; none is all that comes and goes.",
    required=False,
    hint="everywhere",
)
THROUGH: Final = EventField(
    name="through",
    title="Repaired from",
    help="The client or node whose people or tools end it: they have to get there first. While no way over the links "
    "leads from it to what is hit (cut, nobody up on it, or DNS tells nobody the way), it goes on. None: it ends "
    "at its time.",
    sort="item",
    required=False,
    hint="anywhere",
    of=("node",),
)
PATH: Final = EventField(
    name="path",
    title="Setting",
    help="The field, as in config.",
    sort="text",
    default="instances",
    hint="such as workers",
    max_length=200,
)
VALUE: Final = EventField(
    name="value",
    title="Value",
    help="What the field is meanwhile.",
    sort="json",
    required=False,
    default=2,
    hint="number, text or JSON",
)


class EventFields(BaseModel):
    """The fields that some kinds of events read and others do not."""

    model_config = ConfigDict(defer_build=True)

    factor: float | None = FACTOR.declare()
    probability: float | None = PROBABILITY.declare()
    seconds: float | None = replace(
        SECONDS,
        help="Of a delay: added to each crossing. Of errors: time to the answer, in place of the work. Of a drain: "
        "time after which what is left is cut off. Of a clock: by how much it is fast. Of an attacker: time that a hop "
        "to the next node takes.",
    ).declare()
    instances: int | None = INSTANCES.declare()
    instance: int | None = INSTANCE.declare()
    ramp: float | None = RAMP.declare()
    bytes: float | None = BYTES.declare()
    workers: float | None = WORKERS.declare()
    user: int | None = USER.declare()
    key: int | None = KEY.declare()
    ahead: float | None = AHEAD.declare()
    overlap: float | None = OVERLAP.declare()
    with_: Id | None = WITH.declare()
    through: Id | None = THROUGH.declare()
    path: str | None = PATH.declare()
    value: JsonValue = Field(default=None, title=VALUE.title, description=VALUE.help)
