"""What a study would take, found out in a process of its own: hundreds of designs may be lowered for it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from app.studies.asking import plan_of, study_of
from app.studies.naming import Names
from app.studies.news import Planned
from engine.run.protocol import Stop
from engine.study import StudyError, Variant

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from app.studies.news import Question


def serve(connection: Connection) -> None:
    """Answer one question after the other, until ``Stop`` or the end of the pipe."""
    # An interrupt in the terminal is the app's to handle; the end of the pipe then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while not isinstance(question := connection.recv(), Stop):
            connection.send(answer_to(question))
    except (EOFError, OSError):
        return  # the app is gone, and nobody is left to tell


def answer_to(question: Question) -> Planned:
    """The study that is asked for, or why it cannot be."""
    design = question.design
    try:
        study = study_of(question.request, design)
        title = Names(design).text(study.title)
        return Planned(study, plan_of(study), title, Variant.of(design).digest)
    except StudyError as error:
        return Planned(problem=str(error))
    except Exception as error:  # noqa: BLE001 - a study that cannot be planned is not the end of the others
        return Planned(problem=" ".join(f"{type(error).__name__}: {error}".split()))
