"""The window's end of a study that another process drives."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any, Final

from app.studies.news import Cease, Drive, Ended, Export, Exported, Progress, Told
from app.studies.served import drive
from engine.records import dataclass
from engine.run.child import Child
from engine.study.export import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.studies.news import Look, Said
    from engine.study import Study

_GONE: Final = "the process that drives the study has ended"


@dataclass(frozen=True, slots=True)
class News:
    """The last of each that was said; None where nothing was."""

    progress: Progress | None = None
    told: Told | None = None
    ended: Ended | None = None


class DrivenStudy:
    """One study from its start to its end. Nothing here waits."""

    def __init__(
        self, study: Study, path: Path, look: Look, start: Callable[[], Any] | None = None
    ) -> None:
        """Begin, with everything that the file holds already done.

        Args:
            study: what is asked.
            path: where what is known is kept.
            look: makes of what was found what people see of it; called in the other process.
            start: starts that process, as ``Child``.
        """
        self._child = (start or start_driver)()
        self._child.tell(Drive(study, path, look))
        self._over = False
        self._exports: list[queue.SimpleQueue[Exported]] = []

    @property
    def exports(self) -> bool:
        """Whether an export is under way."""
        return bool(self._exports)

    def stop(self) -> None:
        """Have it end soon. What was found can still be exported."""
        self._child.tell(Cease())

    def close(self) -> None:
        """End the process, and forget what was found."""
        self._child.close()
        self._answer(Exported(error=_GONE))

    def exporter(self, path: Path) -> Callable[[], list[Path]]:
        """Have what was found so far written.

        Returns:
            What waits for it in any thread but the window's and returns the files. It raises ``ExportError``.
        """
        answer: queue.SimpleQueue[Exported] = queue.SimpleQueue()
        if self._child.alive:
            self._exports.append(answer)
            self._child.tell(Export(path))
        else:
            answer.put(Exported(error=_GONE))

        def wait() -> list[Path]:
            said = answer.get()
            if said.error:
                raise ExportError(said.error)
            return list(said.files)

        return wait

    def hear(self) -> News:
        """What was said since, as much of it as counts: of many reports only the last is of any use."""
        progress, told, ended = None, None, None
        for said in self._said():
            match said:
                case Progress():
                    progress = said
                case Told():
                    told = said
                case Ended():
                    ended, self._over = said, True
                case Exported():
                    self._exports.pop(0).put(said)
        return News(progress, told, ended)

    def _said(self) -> list[Said]:
        """Everything that was said; the death of the process is an end as well."""
        said: list[Said] = []
        for each in self._child.hear():
            if each is not None:
                said.append(each)
            elif not self._over and not any(isinstance(known, Ended) for known in said):
                said.append(Ended(f"The study ended: {self._child.end}. Start goes on."))
        if not self._child.alive:
            self._answer(Exported(error=_GONE))
        return said

    def _answer(self, answer: Exported) -> None:
        """Leave nobody waiting for an export."""
        waiting, self._exports = self._exports, []
        for each in waiting:
            each.put(answer)


def start_driver() -> Child:
    """A process that drives a study; it has those that compute."""
    return Child(drive, "windtunnel-study-driver", has_children=True)
