"""Studies: ask a question that takes many runs, watch it being answered, see the answer."""

from __future__ import annotations

from widgets.study.fields import Choice, StudyRequest
from widgets.study.kinds import KINDS
from widgets.study.panel import StudyPanel
from widgets.study.picture import Band, Bar, Dots, Level, Mark, Picture, Zone

__all__ = [
    "KINDS",
    "Band",
    "Bar",
    "Choice",
    "Dots",
    "Level",
    "Mark",
    "Picture",
    "StudyPanel",
    "StudyRequest",
    "Zone",
]
