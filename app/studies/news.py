"""What the processes that plan and drive a study and the window say to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.model.design import Design
    from engine.study import Report, Study, StudyRun
    from widgets.study import StudyRequest

    Look = Callable[[StudyRun, Report], object]
    """Makes of what was found what people see of it: a function of a module, or a ``partial`` of one."""


@dataclass(frozen=True, slots=True)
class Question:
    """What would this study take?"""

    request: StudyRequest
    design: Design


@dataclass(frozen=True, slots=True)
class Planned:
    """The answer: a study that can be driven, or a problem."""

    study: Study | None = None
    words: str = ""
    """What it would take, in a line."""
    title: str = ""
    """With the names that people know."""
    digest: str = ""
    """Of the design."""
    problem: str = ""
    """Why it cannot be, in a line; then there is no study."""


@dataclass(frozen=True, slots=True)
class Drive:
    """Run a study; the first that is said to the process."""

    study: Study
    path: Path
    """Where what is known is kept."""
    look: Look


@dataclass(frozen=True, slots=True)
class Cease:
    """Have the study end soon. What was found can still be exported."""


@dataclass(frozen=True, slots=True)
class Export:
    """Write what was found so far."""

    path: Path


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is."""

    done: int
    wanted: int
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """What can be said so far."""

    report: Report
    shown: object
    """What people see of it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing runs any more; how it ended, in a line."""

    words: str


@dataclass(frozen=True, slots=True)
class Exported:
    """The files that were written, or why they were not."""

    files: tuple[Path, ...] = ()
    error: str = ""


Said = Progress | Told | Ended | Exported
