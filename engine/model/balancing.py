"""How callers choose among instances, as people set it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from engine.model.fields import Config, exactly, setting
from engine.model.metric import Metric

PickerName = Literal[
    "round_robin",
    "random",
    "least_connections",
    "power_of_two",
    "weighted",
    "ewma",
    "hash",
    "shuffle",
    "zone",
]
By = Literal["key", "client", "session", "tenant"]
AffinityName = Literal["none", "session", "client"]
_Layer = Literal[7, 4]
Layer = Annotated[_Layer, exactly(_Layer)]


class Hash(Config):
    """The same key, client or session goes to the same instance."""

    by: By = setting(
        "key",
        title="By",
        help="What is hashed: the key that a request is about, the client where it began, the session (a user, "
        "where the client tells its users apart), or the tenant of the user.",
    )
    map: Literal["mod", "ring", "range", "slots"] = setting(
        "mod",
        title="Map",
        help="mod: the hash modulo the number of instances; from n to n + 1, n of n + 1 keys move. ring: consistent "
        "hashing (Karger 1997); 1 of n + 1 moves. range: each instance has as many neighbouring keys, not hashed. "
        "slots: 16 384 slots in a table, as in Redis Cluster; as few move as have to. With range and slots an "
        "instance that is down is asked in vain; with mod and ring the next one takes over.",
    )
    virtual_nodes: int = setting(
        100,
        title="Virtual nodes",
        help="ring: points of each instance. With 1 the fullest of ten has 2.9 times the mean, with 100 1.16 times "
        "(Ketama: 100 to 200).",
        ge=1,
        le=10_000,
    )
    bound: float | None = setting(
        None,
        title="Bounded load",
        help="mod and ring: an instance with this many times the mean of the calls under way passes the call to "
        "the next (Mirrokni 2017; HAProxy's hash-balance-factor 150 is 1.5). None: no bound.",
        gt=1.0,
        le=1000.0,
    )


class Shuffle(Config):
    """Each client has a few instances of its own: shuffle sharding."""

    by: Literal["client", "session", "key", "tenant"] = setting(
        "client",
        title="By",
        help="Who has instances of its own: a client, a session (a user, where the client tells them apart), "
        "whoever a key stands for, or the tenant of the user.",
    )
    size: int = setting(
        2,
        title="Size",
        help="Instances of each. Two of eight are 28 pairs: a request that kills whoever serves it takes 1 client "
        "in 28 with it.",
        ge=1,
        le=1000,
    )


class Zone(Config):
    """Instances nearby come first: those in the caller's zone, then those in its region."""

    spill_over: Literal["busy", "even"] = setting(
        "busy",
        title="Spill over",
        help="busy: goes further only while every nearer instance has as many calls under way from here as it has "
        "workers (Google Cloud's waterfall by zone with a target of connections). even: sends as much nearby as "
        "leaves all instances the same load, by how many callers and instances each zone has: with a third of the "
        "callers and a fifth of the instances here, three calls of five stay (Envoy's zone aware routing).",
    )


SPREAD_METRICS: Final = (
    Metric(name="imbalance", title="fullest instance over the mean", needs="picker"),
    Metric(name="keys_moved", title="keys moved", unit="%", needs="picker"),
    Metric(name="sessions_lost", title="sessions lost", counts=True, needs="picker"),
    Metric(name="cross_zone_share", title="to other zones", unit="%", needs="picker"),
)
"""What callers add that pick by what calls carry."""

HASH: Final[Any] = setting(
    None,
    title="Hash",
    group="Balancing",
    help="With the picker hash: what is hashed, and how it is mapped to instances. Off: by key, modulo.",
)
SHUFFLE: Final[Any] = setting(
    None,
    title="Shuffle shards",
    group="Balancing",
    help="With the picker shuffle: whose instances, and how many each. Off: two a client.",
)
ZONE: Final[Any] = setting(
    None,
    title="Zone",
    group="Balancing",
    help="With the picker zone: when calls go to other zones. A node is in the innermost frame of kind zone around it, "
    "else in the region. Off: once all nearby are busy.",
)
AFFINITY: Final[Any] = setting(
    "none",
    title="Affinity",
    group="Balancing",
    help="session and client: whoever came before goes to the same instance again, by a cookie or a table (sticky "
    "sessions); the picker is for those who are new. Whose instance has died or is gone has lost its session there. "
    "After half an hour without a request nobody knows any more.",
)
LAYER: Final[Any] = setting(
    7,
    title="Layer",
    group="Balancing",
    help="7 picks an instance for each request. 4 picks one for each connection of its callers, and everything over "
    "that goes there: few long-lived connections are spread unevenly, and nothing can be tried again elsewhere. It "
    "needs connections on the links that lead to it; calls without one are each their own.",
)
