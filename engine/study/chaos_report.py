"""What a chaos study says: a verdict for each experiment, and the map of what hurts whom how much."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.model.names import one_of
from engine.model.units import format_instant, format_quantity
from engine.records import dataclass
from engine.study.blast import NOTHING
from engine.study.estimates import cells_of
from engine.study.report import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from engine.study.blast import Harm
    from engine.study.faults import Experiment
    from engine.study.report import Cell

_MOST: Final = 8
"""Names in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """What ended an experiment early."""

    at: float
    """When (s)."""
    bound: str
    """The bound that held then, as it was typed."""
    value: str
    """What was measured, for reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of an experiment."""

    experiment: Experiment
    worst: Harm | None
    """The client that loses most."""
    slower: float | None
    """Times as long as the p99 is of the client that suffers most."""
    missed: tuple[str, ...]
    """Objectives that are met undisturbed and not here."""
    recovery: float | None
    """Seconds after the fault until all is as before; infinite: never. None where it cannot be told."""
    aborted: Crossing | None
    """What ended it early."""
    tolerance: float

    @property
    def lost(self) -> float:
        """Share of its goodput that the worst client loses."""
        return self.worst.lost.mean if self.worst is not None and self.worst.lost else 0.0

    @property
    def stuck(self) -> bool:
        """Whether it stays bad when the fault is over."""
        return self.recovery is not None and math.isinf(self.recovery)

    @property
    def held(self) -> bool:
        """Whether the hypothesis held."""
        return self.word == "held"

    @property
    def word(self) -> str:
        """``held``, ``missed``, ``aborted``; or ``unsure``, where no client has any goodput that could be lost."""
        if self.aborted is not None:
            return "aborted"
        if self.missed or self.stuck or self.lost > self.tolerance:
            return "missed"
        return "held" if self.worst is not None else "unsure"


def experiments_table(verdicts: Sequence[Verdict]) -> Table:
    """A row an experiment, those that hurt most first."""
    ordered = sorted(verdicts, key=lambda each: (each.held, -each.lost))
    rows = tuple(_row(each) for each in ordered)
    return Table("experiments", "Experiments", _EXPERIMENTS, rows)


def _row(verdict: Verdict) -> tuple[Cell, ...]:
    """An experiment."""
    worst, target = verdict.worst, verdict.experiment.target
    recovered = None if verdict.recovery is None else not verdict.stuck
    return (
        target.id,
        target.sort,
        verdict.experiment.fault,
        verdict.word,
        None if worst is None else worst.item,
        *cells_of(None if worst is None else worst.lost)[:3],
        verdict.slower,
        ", ".join(verdict.missed),
        recovered,
        verdict.recovery if recovered else None,
        None if verdict.aborted is None else verdict.aborted.at,
    )


def blast_table(reach: Mapping[Experiment, Iterable[Harm]]) -> Table:
    """The blast-radius map: a row an experiment and whom it may hurt."""
    rows = tuple(
        (
            experiment.target.id,
            experiment.fault,
            harm.item,
            harm.sort,
            *cells_of(harm.lost)[:3],
            harm.slower,
            harm.fewer,
        )
        for experiment, harms in reach.items()
        for harm in harms
    )
    return Table("blast", "Blast radius", _BLAST, rows)


def sentences(
    verdicts: Sequence[Verdict], tolerance: float, name_of: Callable[[str], str]
) -> list[str]:
    """How many held, what nothing survives, what does not come back, and what was aborted.

    Args:
        verdicts: one an experiment.
        tolerance: the share of goodput that may be lost.
        name_of: what people call an item.
    """
    if not verdicts:
        return []
    words = [each.word for each in verdicts]
    told = len(words) - words.count("unsure")
    said = [f"{words.count('held')} of {told} experiments hold."] if told else []
    if told < len(words):
        said.append(
            f"Nothing can be told of {len(words) - told}: no client has any goodput that a fault could cost."
        )
    total = [each for each in verdicts if each.lost >= NOTHING]
    if total:
        said.append(f"Nothing is left of some client's goodput after: {_listed(total, name_of)}.")
    some = [each for each in verdicts if tolerance < each.lost < NOTHING and each.worst is not None]
    if some:
        worst = max(some, key=lambda each: each.lost)
        share = format_quantity(worst.lost, "%")
        client = name_of(worst.worst.item) if worst.worst else ""
        prefix = "Of the others, " if total else ""
        text = f"{prefix}{worst.experiment.told(name_of)} costs most: {share} of the goodput of {client}."
        said.append(text[:1].upper() + text[1:])
    stuck = [each for each in verdicts if each.stuck]
    if stuck:
        said.append(f"Goodput does not come back when it is over: {_listed(stuck, name_of)}.")
    slow = [each for each in verdicts if each.recovery and not each.stuck]
    if slow:
        last = max(slow, key=lambda each: each.recovery or 0.0)
        after = format_quantity(last.recovery or 0.0, "s")
        said.append(
            f"The slowest to come back is {last.experiment.told(name_of)}: {after} after its end."
        )
    ended = [(each, each.aborted) for each in verdicts if each.aborted is not None]
    return [*said, *(_aborted(*each, name_of) for each in ended[:_MOST])]


def _aborted(verdict: Verdict, crossing: Crossing, name_of: Callable[[str], str]) -> str:
    """Which bound ended an experiment, and when."""
    at = format_instant(crossing.at)
    told = verdict.experiment.told(name_of)
    return f"{told} was aborted at {at}: {crossing.bound}, it was {crossing.value}."


def _listed(verdicts: Sequence[Verdict], name_of: Callable[[str], str]) -> str:
    """Experiments by name."""
    names = [each.experiment.told(name_of) for each in verdicts]
    shown = names[:_MOST]
    more = len(names) - len(shown)
    return f"{', '.join(shown)} and {more} more" if more else one_of(shown).replace(" or ", " and ")


_EXPERIMENTS: Final = (
    Column("target", "Target"),
    Column("sort", "what"),
    Column("fault", "fault"),
    Column("verdict", "verdict"),
    Column("client", "worst off"),
    Column("lost", "goodput lost", "%"),
    Column("lost_low", "low", "%"),
    Column("lost_high", "high", "%"),
    Column("slower", "p99 ×"),
    Column("missed", "objectives missed"),
    Column("recovered", "recovers"),
    Column("recovery", "after", "s"),
    Column("aborted", "aborted at", "s"),
)
_BLAST: Final = (
    Column("target", "Target"),
    Column("fault", "fault"),
    Column("item", "hurts"),
    Column("sort", "what"),
    Column("lost", "lost", "%"),
    Column("lost_low", "low", "%"),
    Column("lost_high", "high", "%"),
    Column("slower", "p99 ×"),
    Column("fewer", "requests fewer", "%"),
)
