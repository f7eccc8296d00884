"""The signs of policies on the canvas: what a link or a node has switched on, and how that stands now."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar, get_args

from pydantic import ValidationError

from engine.model.admission import Admission
from engine.model.autoscale import Autoscale
from engine.model.backup import Backup
from engine.model.balancing import Hash, Shuffle, Zone
from engine.model.failover import Failover
from engine.model.faults import NodeFaults
from engine.model.fields import Config
from engine.model.health import Outlier
from engine.model.last_mile import PROFILES
from engine.model.link import LinkConfig
from engine.model.policies.of_nodes import OF_NODES
from engine.model.policies.policy import policies_in
from engine.model.policies.tenants import Tenants
from engine.model.policies.wrong_credentials import WrongCredentials
from engine.model.resolution import PolicyName
from engine.model.spread import FIELD
from widgets.canvas.cluster_pills import CLUSTER, cluster_pills
from widgets.canvas.pill import Pill, Tone
from widgets.canvas.wording import short_percent, short_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.model.policies.policy import Policy

C = TypeVar("C", bound=Config)
_FILLS: Final = {"lease": "leases", "early": "early fetch"}
"""What caches do when an entry expires, beside what is usual."""
_ROOM: Final = 3
"""Signs with words that fit between two cards; where there are more, only those that are news keep theirs."""


def link_pills(config: Mapping[str, object], states: Mapping[str, str]) -> tuple[Pill, ...]:
    """The signs of what a link's config sets; only what departs from a plain call."""
    pills: list[Pill] = []
    if config.get("mode") == "send":
        pills.append(Pill("chevron-right", "send"))
    when = config.get("when")
    if when in ("miss", "miss_or_failed"):
        pills.append(Pill("cache", "on miss"))
    if when in ("failed", "miss_or_failed"):
        pills.append(Pill("restart", "on failure"))
    timeout = config.get("timeout")
    if isinstance(timeout, int | float):
        pills.append(Pill("delay", short_time(timeout)))
    limit = config.get("queue_timeout")
    if isinstance(limit, int | float):
        pills.append(Pill("queue", short_time(limit)))
    retry = config.get("retry")
    attempts = retry.get("attempts") if isinstance(retry, dict) else None
    if isinstance(attempts, int) and attempts > 1:
        elsewhere = isinstance(retry, dict) and retry.get("other_instance") is True
        pills.append(Pill("restart", f"×{attempts} elsewhere" if elsewhere else f"×{attempts}"))
    pills += _connection_pills(config)
    times = config.get("times")
    if isinstance(times, int) and times > 1:
        pills.append(Pill("copy", f"{times} calls"))
    share = config.get("probability")
    if isinstance(share, int | float) and share < 1.0:
        pills.append(Pill("set", short_percent(share)))
    policies = list(_switched_on(config, LinkConfig, states))
    pills += policies
    if policies and len(pills) > _ROOM:
        pills = [pill if pill.tone else Pill(pill.icon, "") for pill in pills]
    return tuple(pills)


def _connection_pills(config: Mapping[str, object]) -> Iterator[Pill]:
    """The signs of who reads a topic, and of connections that are more than a caller's: whose, and who closes them first."""
    group = config.get("group")
    if isinstance(group, str) and group:
        yield Pill("group", group)
    connection = config.get("connection")
    if not isinstance(connection, dict):
        return
    if connection.get("per") == "user":
        yield Pill("link", "per user")
    idle = connection.get("server_idle_timeout")
    if isinstance(idle, int | float):
        yield Pill("cut", short_time(idle))


def gate_pills(
    config: Mapping[str, object], states: Mapping[str, str], kind: str = ""
) -> tuple[Pill, ...]:
    """The signs of what calls have to pass before they enter a node of a kind, and of what acts on it."""
    admission = config.get("admission")
    pills: list[Pill] = []
    if isinstance(admission, dict):
        pills += _switched_on(admission, Admission, states)
    pills += _controller_pills(config, states, kind)
    return tuple(pills)


def _controller_pills(
    config: Mapping[str, object], states: Mapping[str, str], kind: str
) -> Iterator[Pill]:
    """The signs of what acts on a node from time to time; wrong values have findings of their own."""
    profile = config.get("profile")
    if isinstance(profile, str) and profile in PROFILES:
        yield Pill("distance", profile)
    yield from _spread_pills(config)
    yield from _balancing_pills(config)
    yield from _answer_pills(config)
    yield from _message_pills(config)
    yield from _fill_pills(config)
    users: tuple[type[Policy], ...] = (Tenants, WrongCredentials)
    for sort in OF_NODES + users:
        policy = _read(sort, config.get(sort.field))
        if policy is not None:
            yield _pill(policy, states.get(policy.field, ""))
    scale = _read(Autoscale, config.get("autoscale"))
    if scale is not None:
        yield Pill("autoscale", f"{scale.min}–{scale.max}")
    if states.get("health"):
        yield Pill("warning", states["health"], "failing")
    faults = _read(NodeFaults, config.get("faults"))
    if faults is not None:
        yield Pill(faults.kind, f"MTBF {short_time(faults.mtbf.mean)}")
    yield from (cluster_pills if kind == CLUSTER else _replica_pills)(config, states)
    failover = _read(Failover, config.get("failover"))
    if failover is not None:
        state = states.get("failover", "")
        ready = "failover" if config.get("replicas") else "standby"
        yield Pill("failover", state or ready, "failing" if state else "")
    backup = _read(Backup, config.get("backup"))
    if backup is not None:
        state = states.get("backup", "")
        yield Pill(
            "backup", state or f"every {short_time(backup.every)}", "failing" if state else ""
        )
    outlier = _read(Outlier, config.get("outlier"))
    if outlier is not None:
        state = states.get("outlier", "")
        yield Pill("eject", state or f"{outlier.consecutive} in a row", "strained" if state else "")


def _fill_pills(config: Mapping[str, object]) -> Iterator[Pill]:
    """The sign of a cache that keeps fetches from coming all at once."""
    fill = config.get("fill")
    if fill in _FILLS:
        yield Pill("cache", _FILLS[str(fill)])


def _replica_pills(config: Mapping[str, object], states: Mapping[str, str]) -> Iterator[Pill]:
    """The sign of a leader with followers: how many, and what is wrong between them."""
    replicas = config.get("replicas")
    if not isinstance(replicas, int) or replicas < 1:
        return
    state = states.get("replication", "")
    lost = state in ("no leader", "two leaders")
    tone: Tone = "failing" if lost else "strained" if state else ""
    mode = str(config.get("acknowledge", "async")).replace("_", "-")
    level = str(config.get("level", "remote_apply"))
    if mode != "async" and level != "remote_apply":
        mode = f"{mode} {level.removeprefix('remote_')}"
    yield Pill("replicas", state or f"1 + {replicas} · {mode}", tone)


def _answer_pills(config: Mapping[str, object]) -> Iterator[Pill]:
    """The sign of DNS: by what it answers, and for how long."""
    policy, life = config.get("policy"), config.get("ttl")
    if policy not in get_args(PolicyName):
        return
    text = str(policy).replace("_", " ")
    if isinstance(life, int | float) and policy != "anycast":
        text = f"{text} · {short_time(life)}"
    yield Pill("dns", text)


def _spread_pills(config: Mapping[str, object]) -> Iterator[Pill]:
    """The sign of instances that do not all lie in one frame."""
    spread = config.get(FIELD)
    frames = {each for each in spread if isinstance(each, str)} if isinstance(spread, list) else ()
    if frames:
        yield Pill("frame", f"over {len(frames)} {'frame' if len(frames) == 1 else 'frames'}")


def _message_pills(config: Mapping[str, object]) -> Iterator[Pill]:
    """The signs of what keeps messages in order, or from acting twice, and of what takes more than it works on."""
    groups, prefetch, poison = (config.get(name) for name in ("fifo_groups", "prefetch", "poison"))
    if isinstance(groups, int):
        yield Pill("queue", f"{groups} FIFO groups" if groups > 1 else "FIFO")
    if config.get("dedupe"):
        yield Pill("idempotency", "once")
    if config.get("acks") in ("none", "leader"):
        yield Pill("copy", f"acks {config['acks']}")
    if isinstance(prefetch, int):
        yield Pill("worker", f"prefetch {prefetch}")
    if config.get("heartbeat") not in (None, False):
        yield Pill("worker", "heartbeat")
    if isinstance(poison, int | float) and poison > 0.0:
        yield Pill("error", f"{short_percent(poison)} poison", "fault")


def _balancing_pills(config: Mapping[str, object]) -> Iterator[Pill]:
    """The signs of a balancer that goes by more than who is free."""
    if config.get("layer") == 4:
        yield Pill("link", "layer 4")
    affinity = config.get("affinity")
    if affinity in ("session", "client"):
        yield Pill("pin", f"sticky {affinity}")
    if config.get("picker") == "hash":
        hashed = _read(Hash, config.get("hash")) or Hash()
        yield Pill("grid", f"{hashed.by} · {hashed.map}")
    elif config.get("picker") == "shuffle":
        shuffle = _read(Shuffle, config.get("shuffle")) or Shuffle()
        yield Pill("grid", f"{shuffle.size} of each {shuffle.by}")
    elif config.get("picker") == "zone":
        zone = _read(Zone, config.get("zone")) or Zone()
        yield Pill("frame", "own zone" if zone.spill_over == "busy" else "even zones")


def _read(sort: type[C], raw: object) -> C | None:
    """A config; None where there is none, or a wrong one."""
    with suppress(ValidationError):
        return sort.model_validate(raw) if isinstance(raw, dict) else None
    return None


def _switched_on(
    raw: Mapping[str, object], config: type[Config], states: Mapping[str, str]
) -> Iterator[Pill]:
    """The mechanisms that a raw config switches on; wrong values have findings of their own."""
    for name, policy in policies_in(config).items():
        value = _at(raw, name)
        if isinstance(value, dict):
            try:
                yield _pill(policy.model_validate(value), states.get(name, ""))
            except ValidationError:
                continue


def _at(raw: Mapping[str, object], path: str) -> object:
    """What stands at a path such as ``retry.budget``; None where there is nothing."""
    value: object = raw
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _pill(policy: Policy, state: str) -> Pill:
    """The sign of one mechanism: its number, and its state where that is news."""
    told = policy.states.get(state)
    if told is None or told.tone == "healthy":
        return Pill(policy.icon, policy.label())
    return Pill(policy.icon, told.word, told.tone)
