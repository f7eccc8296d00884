"""Sessions of users: stores that are none, users whom the next instance does not know, stores that are too small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.catalog.checks.flows import explicit_flow
from engine.catalog.checks.session_links import leaving, session_link_of, sessions_in
from engine.catalog.client import ClientConfig
from engine.catalog.registry import component
from engine.model.arrivals import Sessions
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.flow import calls_of
from engine.model.names import did_you_mean, name_of
from engine.model.units import format_figure, format_quantity
from engine.plan.sessions import link_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Link
    from engine.model.fields import Config
    from engine.model.policies.user_sessions import UserSessions

COOKIE: Final = 4096
"""Bytes of a cookie that browsers take (RFC 6265, section 6.1)."""
_STORE: Final = ("config", "sessions", "store")


def session_errors(reading: Reading) -> Iterator[Finding]:
    """Stores of sessions that are missing, or cannot keep any."""
    for node_id, config in reading.configs.items():
        settings = sessions_in(config)
        if settings is None or settings.where != "store":
            continue
        links = leaving(reading, node_id)
        fitting = [link for link in links if _keeps(reading, link)]
        found = link_to(settings.store, links)
        if found in [link.id for link in fitting]:
            continue
        name = name_of(reading.design, node_id)
        first = fitting[0] if fitting else None
        yield Finding(
            level="error",
            code="session-store",
            id=node_id,
            field="config.sessions.store",
            message=f"{_problem(reading, name, settings.store, found)}; {_remedy(settings.store, fitting)}",
            fix=SetField(node_id, ("config", "sessions", "where"), UNSET, "Keep them in memory")
            if first is None
            else SetField(node_id, _STORE, first.id, f"Keep them in {first.target}"),
        )


def _keeps(reading: Reading, link: Link) -> bool:
    """Whether a link leads to something that can keep sessions."""
    node = reading.design.node_by_id.get(link.target)
    found = component(node.kind) if node is not None else None
    return found is not None and found.category == "Data" and found.input == "calls"


def _problem(reading: Reading, name: str, store: str | None, found: str | None) -> str:
    """What is wrong with the store that somebody names."""
    if store is None:
        return f"The sessions of {name} are kept in a store, and none is named"
    if found is None:
        return f"The store {store!r} of the sessions of {name} is no link from it, and no node that it calls"
    return f"{name_of(reading.design, store)} keeps no sessions"


def _remedy(store: str | None, fitting: list[Link]) -> str:
    """What to name instead."""
    if not fitting:
        return "link it to a cache or a database, or keep them elsewhere"
    hint = did_you_mean(store or "", [each for link in fitting for each in (link.id, link.target)])
    return f"did you mean {hint!r}?" if hint else f"name {fitting[0].target!r}"


def session_warnings(reading: Reading) -> Iterator[Finding]:
    """Users who are logged out all the time, and what is sent or kept too much."""
    for node_id, config in reading.configs.items():
        settings = sessions_in(config)
        if settings is None:
            continue
        if settings.where == "memory":
            yield from _strayed(reading, node_id)
        elif settings.where == "store":
            yield from _small_store(reading, node_id, settings)
            yield from _called(reading, node_id)
        elif settings.where == "cookie" and settings.bytes > COOKIE:
            yield Finding(
                level="warning",
                code="large-cookie",
                id=node_id,
                field="config.sessions.bytes",
                message=f"A session of {name_of(reading.design, node_id)} takes "
                f"{format_quantity(settings.bytes, 'B')}, and browsers take cookies of {COOKIE} B at most; keep "
                "less in it, or only an id, and the rest in a store",
                fix=SetField(node_id, ("config", "sessions", "bytes"), COOKIE, f"Set {COOKIE} B"),
            )


def _strayed(reading: Reading, node_id: str) -> Iterator[Finding]:
    """Several instances, each with sessions of its own, and somebody who sends users to any of them."""
    config = reading.configs[node_id]
    scale = getattr(config, "autoscale", None)
    instances = max(getattr(config, "instances", 1), 1 if scale is None else scale.max)
    if instances < 2:
        return
    name, share = name_of(reading.design, node_id), format_figure(100.0 - 100.0 / instances, 3)
    for link in reading.design.links:
        if link.target != node_id or _sticks(reading, link):
            continue
        balancer = _is(reading, link.source, "load_balancer")
        who = name_of(reading.design, link.source)
        remedy = "keep them there (affinity: session)" if balancer else "put a balancer between"
        yield Finding(
            level="warning",
            code="stray-sessions",
            id=node_id,
            field="config.sessions.where",
            message=f"{who} sends the users of {name} to any of its instances, and each knows only those whose "
            f"sessions began there: up to {share} % of the requests log somebody out; {remedy}, or keep sessions "
            "in a store",
            fix=SetField(
                link.source, ("config", "affinity"), "session", "Keep users where they are"
            )
            if balancer
            else None,
        )
        return


def _is(reading: Reading, node_id: str, kind: str) -> bool:
    """Whether a node is of a kind and its settings are right; what a kind consists of is loaded by who has one."""
    node = reading.design.node_by_id.get(node_id)
    return node is not None and node.kind == kind and node_id in reading.configs


def _sticks(reading: Reading, link: Link) -> bool:
    """Whether who sends requests over a link sends a user to the same instance as before."""
    source = reading.configs.get(link.source)
    config: Config | None = reading.links.get(link.id)
    if _is(reading, link.source, "load_balancer"):
        if getattr(source, "affinity", "none") != "none" or getattr(source, "layer", 7) == 4:
            return True
        config = source
    hashed = getattr(config, "hash", None)
    if getattr(config, "picker", None) != "hash" or hashed is None:
        return False
    return hashed.by in ("session", "client")


def _small_store(reading: Reading, node_id: str, settings: UserSessions) -> Iterator[Finding]:
    """A cache with room for fewer sessions than there will be."""
    link = reading.design.link_by_id.get(session_link_of(reading, node_id) or "")
    config = None if link is None else reading.configs.get(link.target)
    if link is None or not _is(reading, link.target, "cache"):
        return
    capacity: int | None = getattr(config, "capacity", None)
    size: float | None = getattr(config, "capacity_bytes", None)
    room = float("inf") if capacity is None else float(capacity)
    if size is not None and settings.bytes > 0:
        room = min(room, size / settings.bytes)
    wanted = _live(reading, settings)
    if wanted <= room:
        return
    store, name = (name_of(reading.design, each) for each in (link.target, node_id))
    yield Finding(
        level="warning",
        code="small-session-store",
        id=link.target,
        field="config.capacity",
        message=f"{store} has room for {format_figure(room, 3)} sessions, and {name} has up to "
        f"{format_figure(wanted, 3)}: whoever is evicted is logged out; give it more room",
        fix=SetField(link.target, ("config", "capacity"), round(1.2 * wanted) + 1, "More room")
        if capacity is not None and capacity < wanted
        else None,
    )


def _live(reading: Reading, settings: UserSessions) -> float:
    """Sessions that are live at most: all users, or those who begin while one lasts and until it is over."""
    whole = 0.0
    for config in reading.configs.values():
        if not isinstance(config, ClientConfig):
            continue
        arrivals = config.arrivals
        if isinstance(arrivals, Sessions):
            rates = arrivals.rate
            rate = max(each for _, each in rates) if isinstance(rates, tuple) else rates
            visit = (arrivals.requests - 1.0) * arrivals.think_law().mean
            whole += rate * (visit + settings.idle_ttl)
        else:
            users = getattr(arrivals, "users", None)
            whole += users if isinstance(users, int) else 0.0
    return whole


def _called(reading: Reading, node_id: str) -> Iterator[Finding]:
    """A flow that calls the store of sessions for something else as well."""
    link, flow = session_link_of(reading, node_id), explicit_flow(reading.configs[node_id])
    if link is None or flow is None or link not in {each for _, each in calls_of(flow)}:
        return
    yield Finding(
        level="warning",
        code="session-link-called",
        id=node_id,
        field="config.flow",
        message=f"The flow of {name_of(reading.design, node_id)} calls the link of its sessions as well, which every "
        "request does in any case; take the call out, or draw a second link for it",
    )
