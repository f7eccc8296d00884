"""Warnings: what goes by users, where no client tells its users apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.checks.auth import auth_of
from engine.catalog.client import ClientConfig
from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.model.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Design
    from engine.model.fields import Config

_USERS = 1000
"""Users that the remedy has."""


def user_warnings(reading: Reading) -> Iterator[Finding]:
    """Settings that go by users, at nodes to which only requests of nobody in particular come."""
    for item_id, config in {**reading.configs, **reading.links}.items():
        field = _goes_by_users(config)
        if field is None:
            continue
        link = reading.design.link_by_id.get(item_id)
        callers = _all_callers(reading.design, item_id if link is None else link.source)
        clients = [each for each in sorted(callers) if _is_client(reading, each)]
        if not clients or any(_knows_users(reading, each) for each in clients):
            continue
        name = name_of(reading.design, item_id)
        yield Finding(
            level="warning",
            code="no-users",
            id=item_id,
            field=f"config.{field}",
            message=f"{name} goes by users, and {name_of(reading.design, clients[0])} does not tell its users apart; "
            "set users of its arrivals, or have a population or sessions",
            fix=SetField(
                clients[0],
                ("config", "arrivals", "users"),
                _USERS,
                f"Tell {_USERS} users apart",
            ),
        )


def tenant_warnings(reading: Reading) -> Iterator[Finding]:
    """Settings that go by tenants, at nodes to which only requests of nobody's tenants come; tenants of nobody."""
    for item_id, config in {**reading.configs, **reading.links}.items():
        field = _goes_by_tenants(config)
        if field is None:
            continue
        link = reading.design.link_by_id.get(item_id)
        callers = _all_callers(reading.design, item_id if link is None else link.source)
        clients = [each for each in sorted(callers) if _is_client(reading, each)]
        if clients and not any(_has_tenants(reading, each) for each in clients):
            name = name_of(reading.design, item_id)
            yield Finding(
                level="warning",
                code="no-tenants",
                id=item_id,
                field=f"config.{field}",
                message=f"{name} goes by tenants, and {name_of(reading.design, clients[0])} has none; switch its "
                "tenants on",
                fix=SetField(clients[0], ("config", "tenants"), {}, "Switch tenants on"),
            )
    yield from _tenants_of_nobody(reading)


def guess_warnings(reading: Reading) -> Iterator[Finding]:
    """Nodes that have an auth server look at every wrong password that somebody tries."""
    for node_id, config in reading.configs.items():
        auth = auth_of(config)
        if auth is None or auth.mode == "none" or auth.server is None or auth.lockout is not None:
            continue
        for caller in sorted(_all_callers(reading.design, node_id)):
            wrong = getattr(reading.configs.get(caller), "wrong_credentials", None)
            if wrong is None or wrong.share <= 0.0:
                continue
            server = name_of(reading.design, auth.server)
            yield Finding(
                level="warning",
                code="no-lockout",
                id=node_id,
                field="config.admission.auth.lockout",
                message=f"Each wrong password that {name_of(reading.design, caller)} tries is a login for {server} to "
                f"work on, without end; switch on the lockout of {name_of(reading.design, node_id)}",
                fix=SetField(
                    node_id,
                    ("config", "admission", "auth", "lockout"),
                    {},
                    "Lock accounts after wrong passwords",
                ),
            )
            break


def _tenants_of_nobody(reading: Reading) -> Iterator[Finding]:
    """Clients that say something of users, and do not tell apart who these are."""
    for node_id, config in reading.configs.items():
        if not _is_client(reading, node_id) or _knows_users(reading, node_id):
            continue
        name = name_of(reading.design, node_id)
        for field, has in (
            ("tenants", "has tenants, and nobody belongs to one"),
            ("wrong_credentials", "tries the password of one account only"),
        ):
            if getattr(config, field, None) is None:
                continue
            yield Finding(
                level="warning",
                code="no-users",
                id=node_id,
                field=f"config.{field}",
                message=f"{name} {has}, as it does not tell its users apart; set users of its arrivals",
                fix=SetField(
                    node_id,
                    ("config", "arrivals", "users"),
                    _USERS,
                    f"Tell {_USERS} users apart",
                ),
            )


def _goes_by_tenants(config: Config) -> str | None:
    """The setting, if there is any, that makes a difference between tenants."""
    for name in ("hash", "shuffle"):
        settings = getattr(config, name, None)
        if getattr(config, "picker", None) == name and getattr(settings, "by", None) == "tenant":
            return name
    limit = getattr(getattr(config, "admission", None), "rate_limit", None)
    return "admission.rate_limit" if getattr(limit, "by", None) == "tenant" else None


def _has_tenants(reading: Reading, node_id: str) -> bool:
    """Whether the users of a client belong to tenants."""
    return getattr(reading.configs[node_id], "tenants", None) is not None


def _all_callers(design: Design, node_id: str) -> set[str]:
    """Everybody whose requests may come to a node, and the node itself."""
    known, new = {node_id}, {node_id}
    while new:
        new = {link.source for link in design.links if link.target in new} - known
        known |= new
    return known


def _goes_by_users(config: Config) -> str | None:
    """The setting, if there is any, that makes a difference between users."""
    if getattr(config, "affinity", "none") == "session":
        return "affinity"
    if getattr(config, "scope", "shared") == "user":
        return "scope"
    for name in ("hash", "shuffle"):
        settings = getattr(config, name, None)
        if getattr(config, "picker", None) == name and getattr(settings, "by", None) == "session":
            return name
    if getattr(getattr(config, "connection", None), "per", None) == "user":
        return "connection.per"
    if getattr(config, "sessions", None) is not None:
        return "sessions"
    return _gate_by_users(config)


def _gate_by_users(config: Config) -> str | None:
    """The gate, if there is any, that makes a difference between users."""
    auth = auth_of(config)
    if auth is not None and auth.mode != "none" and auth.server is not None:
        return "admission.auth"
    limit = getattr(getattr(config, "admission", None), "rate_limit", None)
    return "admission.rate_limit" if getattr(limit, "by", None) == "session" else None


def _is_client(reading: Reading, node_id: str) -> bool:
    """Whether requests begin at a node."""
    return isinstance(reading.configs.get(node_id), ClientConfig)


def _knows_users(reading: Reading, node_id: str) -> bool:
    """Whether a client tells its users apart."""
    config = reading.configs[node_id]
    if not isinstance(config, ClientConfig):
        return False
    arrivals = config.arrivals
    return arrivals.process == "sessions" or getattr(arrivals, "users", None) is not None
