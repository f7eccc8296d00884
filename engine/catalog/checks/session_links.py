"""The links over which nodes keep their sessions, as a design says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.user_sessions import UserSessions
from engine.plan.sessions import link_to

if TYPE_CHECKING:
    from engine.catalog.reading import Reading
    from engine.model.design import Link
    from engine.model.fields import Config


def sessions_in(config: Config | None) -> UserSessions | None:
    """What a component remembers of its users, if anything."""
    found = getattr(config, "sessions", None)
    return found if isinstance(found, UserSessions) else None


def session_link_of(reading: Reading, node_id: str) -> str | None:
    """The link over which a node keeps its sessions, if it does."""
    settings = sessions_in(reading.configs.get(node_id))
    if settings is None or settings.where != "store":
        return None
    return link_to(settings.store, leaving(reading, node_id))


def leaving(reading: Reading, node_id: str) -> list[Link]:
    """The links that leave a node."""
    return [link for link in reading.design.links if link.source == node_id]
