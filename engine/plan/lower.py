"""Laws, request classes and links of a design, as primitives. Nodes are the catalog's part."""

from __future__ import annotations

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
from engine.model.link import LinkConfig
from engine.model.traffic import RequestClass, ZipfKeys
from engine.plan.primitives import (
    INFINITE,
    ZERO,
    ClassPlan,
    KeyPlan,
    LawPlan,
    LinkPlan,
    RetryPlan,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Link
    from engine.model.link import Retry

DEFAULT_CLASSES = (RequestClass(),)
"""What requests are where a design does not say: one class named ``request``."""


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
            return LawPlan(law="empirical", mean=law.mean, values=law.values, weights=weights)


def class_plan(kind: RequestClass) -> ClassPlan:
    """A request class as numbers."""
    keys = kind.keys
    alpha = keys.alpha if isinstance(keys, ZipfKeys) else 0.0
    return ClassPlan(
        name=kind.name,
        write=kind.operation == "write",
        request_bytes=kind.request_bytes,
        response_bytes=kind.response_bytes,
        priority=kind.priority,
        deadline=INFINITE if kind.deadline is None else kind.deadline,
        keys=KeyPlan(count=keys.count, alpha=alpha),
    )


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
        on_miss=config.when == "miss",
        classes=tuple(used is None or each.name in used for each in classes),
        picker=config.picker,
        weight=config.weight,
        delay=law_plan(config.delay_law()) if "delay" in given else ZERO,
        jitter=config.jitter,
        loss=config.loss,
        timeout=INFINITE if config.timeout is None else config.timeout,
        retry=_retry_plan(config.retry) if "retry" in given else _NO_RETRY,
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
    )


_NO_RETRY: Final = _retry_plan(LinkConfig().retry)
