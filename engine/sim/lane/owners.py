"""On whose behalf a call is made: the client where its request began, and the user there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.sim.lane.call import Call


def root_of(call: Call) -> Call:
    """The request that a call is a part of, as far as anybody can tell."""
    root = call
    parent = root.parent
    while parent is not None:
        root = parent
        parent = root.parent
    return root


def client_of(root: Call) -> str:
    """The client where a request began."""
    origin = root.origin
    return root.site.name if origin is None else origin.name


def cookie_of(call: Call, size: float) -> float:
    """Bytes of the cookies that a call carries: those of its user, if there is one."""
    return 0.0 if call.fill or root_of(call).user is None else size
