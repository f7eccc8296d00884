"""Studies: questions that need many runs. Replicate, sweep, compare, find the knee, rank the knobs.

Example::

    from engine.model.files import load
    from engine.study import Replicate, Variant, run_study

    if __name__ == "__main__":
        report = run_study(Replicate(Variant.of(load("shop.windtunnel")), seeds=20), output="study")
        print(report.sentences[0])
"""

from engine.study.chaos import Chaos
from engine.study.compare import Compare
from engine.study.errors import StudyError, UnfitError
from engine.study.executor import Executor, ExecutorError
from engine.study.knee import Knee
from engine.study.local import LocalExecutor
from engine.study.metastability import Metastability
from engine.study.objectives import with_objectives
from engine.study.points import Outcome, Point, Variant, run_point
from engine.study.replicate import Precision, Replicate
from engine.study.report import Cell, Column, Failure, Report, Table
from engine.study.running import (
    Concluded,
    Event,
    PointDone,
    Stopped,
    StudyRun,
    make_executor,
    run_study,
)
from engine.study.sensitivity import Sensitivity
from engine.study.storage import Storage, StorageError
from engine.study.study import Study
from engine.study.sweep import Sweep
from engine.study.tournament import Tournament

__all__ = [
    "Cell",
    "Chaos",
    "Column",
    "Compare",
    "Concluded",
    "Event",
    "Executor",
    "ExecutorError",
    "Failure",
    "Knee",
    "LocalExecutor",
    "Metastability",
    "Outcome",
    "Point",
    "PointDone",
    "Precision",
    "Replicate",
    "Report",
    "Sensitivity",
    "Stopped",
    "Storage",
    "StorageError",
    "Study",
    "StudyError",
    "StudyRun",
    "Sweep",
    "Table",
    "Tournament",
    "UnfitError",
    "Variant",
    "make_executor",
    "run_point",
    "run_study",
    "with_objectives",
]
