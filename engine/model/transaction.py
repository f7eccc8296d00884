"""A transaction over several participants: all of them do it, or none."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.model.fields import Config, setting

Mode = Literal["two_phase", "saga", "outbox"]

MOST: int = 20
"""Participants of one transaction."""


class Transaction(Config):
    """Who takes part, and how they agree."""

    mode: Mode = setting(
        "two_phase",
        title="Mode",
        help="two_phase: all are asked to prepare, and told to commit once all have; rows stay locked until they are "
        "told. saga: one after the other; what was done is compensated, the last first, when one fails. outbox: the "
        "first does it and notes what to tell the others, who are told afterwards, again until they have heard it.",
    )
    participants: Annotated[tuple[str, ...], Field(strict=False)] = setting(
        (),
        title="Participants",
        help="Ids of links that leave this node, each to a participant. Two phases are for databases with row locks.",
        max_length=MOST,
    )
    compensate: Annotated[tuple[str, ...], Field(strict=False)] | None = setting(
        None,
        title="Compensations",
        help="Saga: ids of the links over which each participant is undone, in the same order. None: over its own. A "
        "participant for which the list has nothing cannot be undone.",
        max_length=MOST,
    )
    lock: bool = setting(
        default=True,
        title="Keeps locks",
        help="Two phases: whether rows stay locked from the preparation until the outcome is known, as strict "
        "two-phase locking has it. Otherwise others see what may yet be undone.",
    )
    retry: float = setting(
        1.0,
        title="Tells again after",
        unit="s",
        help="Whoever has to be told an outcome and does not answer is told again after so long, for ever.",
        gt=0.0,
        le=1e6,
    )

    def undo_of(self, place: int) -> str | None:
        """The link over which a participant is undone; None where it cannot be."""
        if self.compensate is None:
            return self.participants[place]
        return (self.compensate[place] or None) if place < len(self.compensate) else None

    def links(self) -> tuple[str, ...]:
        """All links that it calls, each once."""
        undo = self.compensate if self.mode == "saga" and self.compensate is not None else ()
        return tuple(dict.fromkeys([*self.participants, *(each for each in undo if each)]))
