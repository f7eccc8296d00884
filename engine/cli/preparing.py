"""What the commands that run or predict a design are asked for: the file, and what the options change in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cli.errors import InputError
from engine.cli.lazily import lazily
from engine.model.edits import EditError, SetDesign
from engine.model.files import FileError, load
from engine.model.memory import DEFAULT_MEMORY, LEAST_MEMORY, MOST_MEMORY
from engine.model.units import parse_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.catalog import overrides
    from engine.model.design import Design
else:
    # Loaded by whoever changes a field.
    overrides = lazily("engine.catalog.overrides")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asked for."""

    file: Path
    duration: str | None = None
    warmup: str | None = None
    seed: str | None = None
    settings: tuple[str, ...] = ()
    json_out: str | None = None
    series: str | None = None
    metrics: tuple[str, ...] = ()
    instants: tuple[str, ...] = ()
    quiet: bool = False
    live: bool = False
    journal: Path | None = None
    memory: str | None = None


def prepared(wanted: Wanted) -> Design:
    """The design in the file, with everything that the options change. Raises ``InputError``."""
    try:
        design = load(wanted.file)
    except FileError as error:
        raise InputError(str(error)) from error
    if not (wanted.duration is wanted.warmup is wanted.seed is None):
        design = _with_scenario(design, wanted)
    return with_settings(design, wanted.settings)


def _with_scenario(design: Design, wanted: Wanted) -> Design:
    """The design with the length, the warm-up and the seed of the options. Raises ``InputError``."""
    scenario = design.scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if wanted.duration is not None:
        scenario["duration"] = seconds("--duration", wanted.duration)
    if wanted.warmup is not None:
        scenario["warmup"] = seconds("--warmup", wanted.warmup)
    if wanted.seed is not None:
        scenario["seed"] = _seed(wanted.seed)
    try:
        return SetDesign(("scenario",), scenario).apply(design).design
    except EditError as error:
        msg = f"{wanted.file.name}: {error}; pass --duration and --warmup that fit"
        raise InputError(msg) from error


def with_settings(design: Design, settings: Iterable[str]) -> Design:
    """The design with fields changed by ``--set``. Raises ``InputError``."""
    try:
        for setting in settings:
            design = overrides.override(design, setting)
    except overrides.OverrideError as error:
        msg = f"--set {error}"
        raise InputError(msg) from error
    return design


def seconds(option: str, text: str) -> float:
    """A duration that was typed."""
    try:
        return parse_quantity(text, "s")
    except ValueError as error:
        msg = f"{option}: {error}"
        raise InputError(msg) from error


def memory_of(text: str | None) -> float:
    """The limit of memory that was typed (bytes), or the usual one. Raises ``InputError``."""
    if text is None:
        return DEFAULT_MEMORY
    try:
        limit = parse_quantity(text, "B")
    except ValueError as error:
        msg = f"--memory: {error}"
        raise InputError(msg) from error
    if not LEAST_MEMORY <= limit <= MOST_MEMORY:
        msg = (
            f"--memory: {text} is out of range; write a size from 10MB to 1PB, such as 500MB or 4GB"
        )
        raise InputError(msg)
    return limit


def _seed(text: str) -> int:
    """A seed that was typed."""
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        msg = f"--seed: {text!r} is no seed; write a whole number from 0 to {2**63 - 1}"
        raise InputError(msg)
    return int(text)
