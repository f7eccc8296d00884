"""What people see of what a study found. Called where studies are driven, for it takes as long as finding it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.studies.naming import Names
from app.studies.pictures import picture_of
from engine.study.what_if import WhatIf

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.study import Report, StudyRun
    from engine.study.gain import Gain
    from widgets.study.picture import Picture


def named(design: Design, _run: StudyRun, report: Report) -> tuple[Report, Picture | None]:
    """A report and its picture, metrics and settings by the names that people know."""
    names = Names(design)
    return names.in_report(report), names.in_picture(picture_of(report, design.objectives))


def gains(run: StudyRun, _report: Report) -> list[Gain]:
    """What each idea changed, the best first; nothing where no ideas are studied."""
    return run.study.gains(run.outcomes) if isinstance(run.study, WhatIf) else []
