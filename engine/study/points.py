"""Points: what studies are made of. A point is one run of a design under some settings with one seed.

A point is data and its own name: its key is a hash over everything that its result depends on, so that a
result can be stored, found again, and computed anywhere.
"""

from __future__ import annotations

import hashlib
import json
import traceback
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from engine.catalog.overrides import override
from engine.model.edits import SetDesign
from engine.model.files import dumps, loads
from engine.model.memory import DEFAULT_MEMORY
from engine.model.metric_names import above
from engine.model.units import parse_quantity
from engine.records import dataclass
from engine.release import engine_version
from engine.study.errors import StudyError
from engine.study.trial import CROSSED, Trial, trimmed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.model.design import Design
    from engine.sim.report import Result


LOAD: Final = "load"
"""The load dial's name among parameters."""


@dataclass(frozen=True)
class Variant:
    """A design under some settings: what a study compares, sweeps or repeats.

    Example::

        Variant.of(load("shop.windtunnel"), "web.workers=16", "users-web.timeout=200ms", load=1.5)
    """

    design: str
    """The design file's text."""
    settings: tuple[str, ...] = ()
    """Changes such as ``web.workers=8``, in their order."""
    load: float = 1.0
    """The load dial: every client's traffic times this."""
    asked: tuple[str, ...] = ()
    """Metrics that are only measured where somebody asks, such as ``users.latency.above.0.25``."""
    trial: Trial = Trial()
    """What happens in its runs beside the design, and what is measured of it."""
    memory: float = DEFAULT_MEMORY
    """What each of its runs may take (bytes)."""
    file: str = field(default="", compare=False)
    """The name of the file that the design was read from, for messages; empty where there is none."""

    @classmethod
    def of(cls, design: Design, *settings: str, load: float = 1.0) -> Variant:
        """A variant of a design that was read or made."""
        return cls(dumps(design), settings, load)

    def set(self, *settings: str) -> Variant:
        """The variant with more settings; ``load=1.5`` turns the load dial.

        Raises:
            StudyError: a load that is no number. Other settings are checked when they are used.
        """
        made = self
        for each in settings:
            name, _, value = each.partition("=")
            if name.strip() == LOAD:
                made = replace(made, load=_load(each, value))
            else:
                made = replace(made, settings=(*made.settings, each))
        return made

    def asking(self, metrics: Iterable[str]) -> Variant:
        """The variant whose results have some metrics, also those that nobody has unless he asks."""
        asked = {name for name in metrics if above(name.partition(".")[2]) is not None}
        return replace(self, asked=tuple(sorted(asked))) if asked else self

    def within(self, memory: float) -> Variant:
        """The variant whose runs may take so much memory (bytes)."""
        return replace(self, memory=memory)

    def read_from(self, file: str) -> Variant:
        """The variant whose design was read from the file of this name."""
        return replace(self, file=file)

    def point(self, seed: int) -> Point:
        """One run of it."""
        return Point(self, seed)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the design's text."""
        return digest_of(self.design)

    def made(self, drawn: Design | None = None) -> Design:
        """The design with its settings. Raises ``OverrideError`` where one does not fit.

        Args:
            drawn: the design without them, where somebody has read it already.
        """
        design = loads(self.design) if drawn is None else drawn
        for each in self.settings:
            design = override(design, each)
        return self.trial.on(design)

    @property
    def label(self) -> str:
        """The settings in a few words."""
        load = () if self.load == 1.0 else (f"{LOAD}={self.load:g}",)
        return ", ".join((*self.settings, *load)) or "as drawn"


def _load(text: str, value: str) -> float:
    """A load that was typed. Raises ``StudyError``."""
    try:
        return parse_quantity(value, "")
    except ValueError as error:
        msg = f"{text}: {error}"
        raise StudyError(msg) from error


@dataclass(frozen=True)
class Point:
    """One run: a variant and a seed."""

    variant: Variant
    seed: int

    @cached_property
    def key(self) -> str:
        """SHA-256 over everything that the result depends on, but for the engine's version."""
        variant = self.variant
        parts = [variant.digest, list(variant.settings), variant.load, self.seed]
        asked = [list(variant.asked)] if variant.asked else []
        trial = [variant.trial.to_json] if variant.trial != Trial() else []
        memory = [{"memory": variant.memory}] if variant.memory != DEFAULT_MEMORY else []
        return hashlib.sha256(json.dumps([*parts, *asked, *trial, *memory]).encode()).hexdigest()

    @property
    def label(self) -> str:
        """Settings and seed in a few words."""
        return f"{self.variant.label}, seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a point: a result, or the error that ended it."""

    key: str
    result: Result | None = None
    error: str | None = None
    """One line; None where there is a result."""
    trace: str = ""
    """Where the error came from, for the one who mends it."""
    engine: str = ""
    """Version of the engine that computed it."""


def digest_of(text: str) -> str:
    """SHA-256 of a design's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def run_point(point: Point) -> Outcome:
    """Simulate a point. It never raises: what breaks is the outcome, and the other points go on.

    A plain function of the module, so that processes and clusters can be sent its name.
    """
    try:
        result = _simulated(point)
    except Exception as error:  # noqa: BLE001 - whatever breaks is the study's to report
        text = _in_a_line(error)
        trace = "".join(traceback.format_exception(error))
        return Outcome(point.key, error=text, trace=trace, engine=engine_version())
    return Outcome(point.key, result=result, engine=engine_version())


def _in_a_line(error: Exception) -> str:
    """What became of a run, in one line; a limit of its own explains itself."""
    from engine.run.memory import MemoryLimitError  # noqa: PLC0415 - as the session

    known = isinstance(error, MemoryLimitError)
    return " ".join((str(error) if known else f"{type(error).__name__}: {error}").split())


def _simulated(point: Point) -> dict[str, Any]:
    """The result of the whole scenario."""
    # Here, not above: a window plans and shows studies, and must not load the simulator for it.
    from engine.run.session import Session  # noqa: PLC0415

    design = SetDesign(("scenario", "seed"), point.seed).apply(point.variant.made()).design
    trial = point.variant.trial
    session = Session(design, point.variant.memory)
    session.measure(point.variant.asked, trial.step, trial.spans)
    if point.variant.load != 1.0:
        session.set_load(point.variant.load)
    crossed = trial.watched(session) if trial.abort else None
    session.advance(design.scenario.duration)
    result = session.result()
    if trial.step is not None:
        result = result | {"series": trimmed(result["series"])}
    return result if crossed is None else result | {CROSSED: crossed}
