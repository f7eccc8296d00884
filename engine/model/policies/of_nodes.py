"""Mechanisms of nodes that are fields of their own, beside those that calls have to pass to come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.policies.lease import Lease
from engine.model.policies.locks import Locks
from engine.model.policies.query import Query
from engine.model.policies.user_sessions import UserSessions

if TYPE_CHECKING:
    from engine.model.policies.policy import Policy

OF_NODES: Final[tuple[type[Policy], ...]] = (Lease, UserSessions, Query, Locks)
"""In the order in which requests meet them."""
