"""Laws, request classes and links of a design, as primitives. Nodes are the catalog's part."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.model.laws import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Pareto,
    Uniform,
)
from engine.model.link import DEFAULT_LINK, LinkConfig
from engine.model.traffic import HotKeys, Keys, RequestClass, ZipfKeys
from engine.plan.primitives import (
    INFINITE,
    ZERO,
    ClassPlan,
    ConnectionPlan,
    EncryptionPlan,
    KeyPlan,
    LawPlan,
    LinkPlan,
    ReconnectPlan,
    RetryPlan,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.backoff import Reconnect
    from engine.model.design import Link
    from engine.model.link import Retry
    from engine.model.network import Connection, Encryption, Protocol

DEFAULT_CLASSES = (RequestClass(),)
"""What requests are where a design does not say: one class named ``request``."""
_ROUND_TRIPS: Final[Mapping[Protocol, int]] = MappingProxyType(
    {
        "none": 0,
        "tcp": 1,
        "tls_1_2": 3,
        "tls_1_3": 2,
        "tls_1_3_0rtt": 1,
        "quic": 1,
        "quic_0rtt": 0,
    }
)
"""Round trips before the first request: TCP 1, TLS 1.2 two more, TLS 1.3 one more (RFC 8446, RFC 9000)."""
_HANDSHAKE: Final[Mapping[str, float]] = MappingProxyType({"ecdsa": 0.095e-3, "rsa": 0.35e-3})
"""Work (s) of a handshake by certificate: P-256 and RSA 2048, by ``openssl speed`` on one core."""


def law_plan(law: Law) -> LawPlan:
    """A law as numbers."""
    match law:
        case Constant():
            return LawPlan(law="constant", mean=law.mean)
        case Exponential():
            return LawPlan(law="exponential", mean=law.mean, cv2=1.0)
        case Lognormal() | Gamma() | Hyperexponential():
            return LawPlan(law=law.law, mean=law.mean, cv2=law.cv2)
        case Uniform():
            return LawPlan(law="uniform", mean=law.mean, low=law.low, high=law.high)
        case Pareto():
            return LawPlan(law="pareto", mean=law.mean, alpha=law.alpha)
        case Empirical():
            weights = law.weights or (1.0,) * len(law.values)
            return LawPlan(
                law="empirical",
                mean=law.mean,
                values=law.values,
                weights=weights,
                order=law.order,
            )


def class_plan(kind: RequestClass) -> ClassPlan:
    """A request class as numbers."""
    return ClassPlan(
        name=kind.name,
        write=kind.operation == "write",
        request_bytes=kind.request_bytes,
        response_bytes=kind.response_bytes,
        priority=kind.priority,
        deadline=INFINITE if kind.deadline is None else kind.deadline,
        keys=_key_plan(kind.keys),
    )


def _key_plan(keys: Keys) -> KeyPlan:
    """The popularity of keys as numbers."""
    if isinstance(keys, HotKeys):
        return KeyPlan(count=keys.count, alpha=0.0, hot=keys.hot, hot_share=keys.share)
    alpha = keys.alpha if isinstance(keys, ZipfKeys) else 0.0
    return KeyPlan(count=keys.count, alpha=alpha)


def mix_plan(mix: Mapping[str, float], classes: tuple[ClassPlan, ...]) -> tuple[float, ...]:
    """Share of each class, summing to 1; equal shares where the mix is left out."""
    wanted = [mix.get(each.name, 0.0) if mix else 1.0 for each in classes]
    total = sum(wanted)
    return tuple(share / total for share in wanted)


def link_plan(link: Link, config: LinkConfig, classes: tuple[ClassPlan, ...]) -> LinkPlan:
    """A link as numbers."""
    used, given = config.classes, config.model_fields_set
    return LinkPlan(
        id=link.id,
        source=link.source,
        target=link.target,
        order=config.order,
        probability=config.probability,
        times=config.times,
        waits=config.mode == "call",
        on_miss=config.when in ("miss", "miss_or_failed"),
        on_failure=config.when in ("failed", "miss_or_failed"),
        classes=tuple(used is None or each.name in used for each in classes),
        kind=_kind_of(config.kind, classes),
        picker=config.picker,
        hash=config.hash,
        shuffle=config.shuffle,
        weight=config.weight,
        group=config.group or None,
        delay=law_plan(config.delay_law()) if "delay" in given else ZERO,
        jitter=config.jitter,
        loss=config.loss,
        bandwidth=INFINITE if config.bandwidth is None else config.bandwidth,
        connection=_connection_plan(config.connection),
        encryption=_encryption_plan(config.encryption),
        timeout=INFINITE if config.timeout is None else config.timeout,
        queue_timeout=INFINITE if config.queue_timeout is None else config.queue_timeout,
        deadline_propagation=config.deadline_propagation,
        cancellation=config.cancellation,
        retry=_retry_plan(config.retry) if "retry" in given else _NO_RETRY,
        policies=config.policies(),
    )


def _kind_of(name: str | None, classes: tuple[ClassPlan, ...]) -> int | None:
    """The place of a class that is named; none where none is, or where there is no such class."""
    return next((place for place, each in enumerate(classes) if each.name == name), None)


def _connection_plan(connection: Connection | None) -> ConnectionPlan | None:
    """Connections as numbers."""
    if connection is None:
        return None
    idle, server_idle = connection.idle_timeout, connection.server_idle_timeout
    return ConnectionPlan(
        per="user" if connection.per == "user" else "caller",
        round_trips=_ROUND_TRIPS[connection.protocol],
        ordered=not connection.protocol.startswith("quic"),
        streams=connection.streams,
        connections=connection.max_connections,
        pending=connection.max_pending,
        requests=connection.max_requests,
        idle=INFINITE if idle is None else idle,
        server_idle=INFINITE if server_idle is None else server_idle,
        reconnect=_reconnect_plan(connection.reconnect),
        slow_start=connection.slow_start,
    )


def _reconnect_plan(reconnect: Reconnect | None) -> ReconnectPlan | None:
    """Waits as numbers."""
    if reconnect is None:
        return None
    return ReconnectPlan(
        base=reconnect.base,
        factor=reconnect.factor,
        cap=reconnect.cap,
        jitter=reconnect.jitter,
    )


def _encryption_plan(encryption: Encryption | None) -> EncryptionPlan | None:
    """Encryption as work."""
    if encryption is None:
        return None
    return EncryptionPlan(
        handshake=_HANDSHAKE[encryption.certificate], per_byte=encryption.per_kilobyte / 1000.0
    )


def _retry_plan(retry: Retry) -> RetryPlan:
    """Tries and waits as numbers."""
    backoff = retry.backoff
    return RetryPlan(
        attempts=retry.attempts,
        base=backoff.base,
        factor=backoff.factor,
        cap=backoff.cap,
        jitter=backoff.jitter,
        other_instance=retry.other_instance,
        on=retry.on,
    )


_NO_RETRY: Final = _retry_plan(DEFAULT_LINK.retry)
