"""Everything of the application that has no looks: document, run, files, findings, recovery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.analysis import Analysis
from app.breakpoint_keeper import BreakpointKeeper
from app.document import DesignDocument
from app.errands import Errands
from app.file_controller import FileController
from app.findings import FindingsService
from app.history import FileHistory
from app.measurement import Measurement
from app.presence import Presence
from app.recovery import Recovery
from app.run_controller import RunController
from app.run_keeper import RunKeeper
from app.theory import TheoryService

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from app.analysis import Mind
    from app.dialogs import Dialogs
    from app.places import Places
    from app.run_controller import Transport
    from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """One document and everything around it."""

    document: DesignDocument
    run: RunController
    measurement: Measurement
    errands: Errands
    files: FileController
    history: FileHistory
    analysis: Analysis
    findings: FindingsService
    theory: TheoryService
    recovery: Recovery
    presence: Presence
    keeper: RunKeeper
    settings: Settings
    places: Places
    start_process: Callable[[], Transport]
    """Starts a further simulating process."""

    def close(self) -> None:
        """End in order: no process stays, nothing is left to recover."""
        self.stop()
        self.recovery.close()
        self.presence.close()

    def stop(self) -> None:
        """End the process, but leave what is unsaved for the next start."""
        self.errands.close()
        self.run.close()
        self.measurement.cancel()
        self.analysis.close()
        self.document.close()


def build_services(
    parent: QObject,
    *,
    places: Places,
    settings: Settings,
    dialogs: Dialogs,
    start_process: Callable[[], Transport],
    start_analyst: Callable[[], Mind],
) -> Services:
    """Make the services, with an empty design open and nothing running."""
    document = DesignDocument(parent)
    memory = settings.values.memory
    analysis = Analysis(document, start_analyst)
    history = FileHistory(places.history)
    errands = Errands(document)
    run = RunController(document, start_process, memory=memory, traces=settings.values.traces)
    files = FileController(document, settings, history, dialogs, errands)
    BreakpointKeeper(document, files, run, settings)  # a child of the document
    return Services(
        document=document,
        run=run,
        measurement=Measurement(document, start_process, memory),
        errands=errands,
        files=files,
        history=history,
        analysis=analysis,
        findings=FindingsService(document, analysis),
        theory=TheoryService(document, analysis),
        recovery=Recovery(places.recovery, document, analysis, errands),
        presence=Presence(places.presence, document),
        keeper=RunKeeper(places.runs, run, document, files, errands),
        settings=settings,
        places=places,
        start_process=start_process,
    )
