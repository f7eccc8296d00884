"""``windtunnel theory``: what queueing theory predicts, beside what a run measures."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.catalog import lower
from engine.catalog.typed import DesignError
from engine.cli.console import output
from engine.cli.errors import OK, STOPPED, InputError
from engine.cli.json_out import check_out, write_json
from engine.cli.lazily import lazily
from engine.cli.preparing import Wanted, memory_of, prepared
from engine.cli.theory_tables import theory_tables
from engine.model.units import parse_quantity
from engine.plan.theory import predict
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.cli import advancing
    from engine.model.prediction import Theory
else:
    # A prediction does without the simulator.
    advancing = lazily("engine.cli.advancing")

VERSION = 1
"""Version of the object that ``--json`` writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TheoryWanted:
    """What the user asked for."""

    run: Wanted
    measure: bool = False
    load: str | None = None


def show_theory(wanted: TheoryWanted) -> int:
    """Predict, measure where that is wanted, and print both. Raises ``InputError``."""
    check_out(wanted.run.json_out)
    design, load = prepared(wanted.run), load_factor(wanted.load)
    memory = memory_of(wanted.run.memory)
    try:
        theory = predict(lower(design), load=load)
    except DesignError as error:
        msg = f"{wanted.run.file.name}: {error}"
        raise InputError(msg) from error
    result = None
    if wanted.measure:
        result = advancing.measured(
            wanted.run.file.name, design, load, memory, quiet=wanted.run.quiet
        )
    if wanted.run.json_out is not None:
        write_json(theory_object(design.title, load, theory, result), wanted.run.json_out)
    if not wanted.run.quiet and wanted.run.json_out != "-":
        console = output()
        for table in theory_tables(theory, result, design):
            console.print(table)
    return STOPPED if result is not None and "stopped" in result else OK


def theory_object(
    title: str, load: float, theory: Theory, result: dict[str, Any] | None
) -> dict[str, Any]:
    """What ``--json`` writes: the predictions, and the result of the run where there was one."""
    written: dict[str, Any] = {"windtunnel_theory": VERSION, "title": title, "load": load}
    written.update(_finite(asdict(theory)))
    if result is not None:
        written["measured"] = result
    return written


def load_factor(text: str | None) -> float:
    """The factor on all traffic that was typed. Raises ``InputError``."""
    if text is None:
        return 1.0
    try:
        factor = parse_quantity(text, "")
    except ValueError as error:
        msg = f"--load: {error}"
        raise InputError(msg) from error
    if not 0.0 <= factor <= 1000.0:
        msg = f"--load: {text} is out of range; write a factor from 0 to 1000"
        raise InputError(msg)
    return factor


def _finite(value: Any) -> Any:
    """A value as JSON has it: nothing for what has no bound."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
