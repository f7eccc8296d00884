"""Limits on waiting that never come to anything, since nobody waits there or another limit is first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.registry import component
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Link
    from engine.model.link import LinkConfig


def waiting_warnings(reading: Reading) -> Iterator[Finding]:
    """Settings of links and nodes that change nothing."""
    for link in reading.design.links:
        config = reading.links.get(link.id)
        if config is not None:
            yield from _queue_timeout(reading, link, config)
            yield from _connections(reading, link, config)
            yield from _retries(reading, link, config)
    for node_id, node in reading.configs.items():
        resends = getattr(node, "overflow", "refuse") == "resend"
        if resends and getattr(node, "queue_limit", None) is None:
            name = name_of(reading.design, node_id)
            message = f"Nobody is resent at {name}: its queue is never full; set a queue limit"
            yield _no_effect(node_id, "queue_limit", message)


def _queue_timeout(reading: Reading, link: Link, config: LinkConfig) -> Iterator[Finding]:
    """Waits that have a limit, where nobody waits or gives up before."""
    limit, timeout, name = config.queue_timeout, config.timeout, name_of(reading.design, link.id)
    if limit is None:
        return
    if timeout is not None and timeout <= limit and config.bulkhead is None:
        message = (
            f"The queue timeout of {name} never comes: its timeout of {format_quantity(timeout, 's')} "
            "is first; make it shorter than that"
        )
        yield _no_effect(link.id, "queue_timeout", message)
    elif config.connection is None and config.bulkhead is None and _is_open(reading, link):
        message = (
            f"Nobody waits on {name}: {name_of(reading.design, link.target)} hands on or works on "
            "everything at once; set the queue timeout where there is a queue"
        )
        yield _no_effect(link.id, "queue_timeout", message, UNSET)


def _is_open(reading: Reading, link: Link) -> bool:
    """Whether a link leads where nobody waits for a worker: to a balancer, a queue, a cache, shared workers."""
    node = reading.design.node_by_id.get(link.target)
    found = component(node.kind) if node is not None else None
    config = reading.configs.get(link.target)
    if node is None or found is None or config is None or getattr(config, "admission", None):
        return False
    return found.forwards or getattr(config, "discipline", None) == "ps"


def _connections(reading: Reading, link: Link, config: LinkConfig) -> Iterator[Finding]:
    """Places to wait for connections that are never short."""
    connection = config.connection
    if connection is None or connection.max_pending is None:
        return
    if connection.max_connections is None:
        message = (
            f"Nobody waits for a connection on {name_of(reading.design, link.id)}: there are as many as "
            "it takes; say how many at most"
        )
        yield _no_effect(link.id, "connection.max_pending", message)


def _retries(reading: Reading, link: Link, config: LinkConfig) -> Iterator[Finding]:
    """What is said of retries where there are none, and of answers where nobody waits for them."""
    yield from _answers(reading, link, config)
    retry = config.retry
    if retry.attempts > 1:
        if retry.on == ():
            message = f"{name_of(reading.design, link.id)} never tries again: it does so after no failure; name some"
            yield _no_effect(link.id, "retry.on", message, UNSET)
        return
    given = {
        "other_instance": retry.other_instance,
        "on": retry.on is not None,
        "budget": retry.budget is not None,
    }
    for field in (name for name, is_given in given.items() if is_given):
        message = (
            f"{name_of(reading.design, link.id)} never tries again; allow for more than one attempt"
        )
        yield _no_effect(link.id, f"retry.{field}", message)


def _answers(reading: Reading, link: Link, config: LinkConfig) -> Iterator[Finding]:
    """What is done about answers that nobody waits for, or is said of a fallback of another kind."""
    name, fallback = name_of(reading.design, link.id), config.fallback
    if config.mode == "send":
        for field, what in (("hedge", "hedged"), ("fallback", "made up for")):
            if getattr(config, field) is not None:
                message = f"{name} waits for no answer, so nothing is {what}; let it call"
                yield _no_effect(link.id, field, message)
    elif fallback is not None and fallback.kind != "link" and fallback.link is not None:
        message = f"The fallback of {name} is {fallback.kind}, and calls no other link"
        yield _no_effect(link.id, "fallback.link", message, UNSET)


def _no_effect(item_id: str, field: str, message: str, value: object = None) -> Finding:
    """A warning about a field without effect, and how to take it out where that is all there is to do."""
    path = ("config", *field.split("."))
    fix = SetField(item_id, path, UNSET, f"Remove {field}") if value is UNSET else None
    return Finding(
        level="warning",
        code="no-effect",
        id=item_id,
        field=f"config.{field}",
        message=message,
        fix=fix,
    )
