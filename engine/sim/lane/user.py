"""Whose a request is: a user of a client, as its requests know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.entry import Task

if TYPE_CHECKING:
    from mypy_extensions import i64


class Forger:
    """Who sends requests with wrong credentials."""

    of: str = ""
    """The client whose users it pretends to be; empty where they are those of its own."""


class User(Task):
    """Somebody who asks: one of a population, of those who visit, or of those who come without waiting for answers."""

    number: i64 = 0
    """Among all that its client ever had."""
    tenant: i64 = -1
    """To which it belongs, where its client has tenants; below zero where it has none."""
    forger: Forger | None = None
    """Who sends its present request in its name, with wrong credentials; None where it does so itself."""

    def answered(self, now: float) -> None:
        """The user's request is over."""
        raise NotImplementedError
