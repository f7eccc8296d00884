"""The place of the versions of a key in the window: a page of the instruments that follows the run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from engine.model.spread import spread_of
from engine.run.protocol import WatchKey
from widgets.versions.history import VersionHistory

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.instruments import Instruments
    from app.services import Services
    from engine.sim.snapshot import Snapshot
    from widgets.theme import ThemeManager
    from widgets.versions.panel import VersionsPanel

_PAGE: Final = "versions"
_HEIGHT: Final = 230
"""In which three replicas can be read (logical pixels)."""
_EVERY_MS: Final = 200


class VersionsDesk(QObject):
    """Has the run tell of a key of the selected cluster, else of the first one. The panel is made when it is wanted."""

    def __init__(self, services: Services, look: ThemeManager, place: Instruments) -> None:
        """Take a page of the instruments."""
        super().__init__(place)
        self._services, self._look, self._place = services, look, place
        self._panel: VersionsPanel | None = None
        self._chosen = ""
        self._node = ""
        self._key: int | None = None
        """What was typed; None for the key that is written most."""
        self._history = VersionHistory()
        self._moment = math.nan
        """What is looked at (s); NaN for now."""
        place.fill_page(_PAGE, self._made, _HEIGHT)
        services.run.snapshot.connect(self._take)
        services.run.cleared.connect(self._clear)
        self._timer = QTimer(self, interval=_EVERY_MS, singleShot=True)
        self._timer.timeout.connect(self._refresh)
        place.page_shown.connect(self._come_into_view)

    @property
    def panel(self) -> VersionsPanel:
        """The page itself."""
        if self._panel is None:
            from widgets.versions.panel import VersionsPanel  # noqa: PLC0415 - nobody waits for it

            self._panel = VersionsPanel(self._look)
            self._panel.key_wanted.connect(self._watch)
            self._refresh()
        return self._panel

    def choose(self, item: str | None) -> None:
        """An item is selected; if it is a cluster, it is followed from here on."""
        self._chosen = item or ""
        latest = self._services.run.latest
        if latest is not None:
            self._pick(latest)

    def show_moment(self, at: float) -> None:
        """Look at a moment of the run (s); NaN is now."""
        self._moment = at
        if self._place.is_shown(_PAGE):
            self._refresh()

    def _come_into_view(self, name: str) -> None:
        """Show what came while another page was in view, also of a run that rests."""
        if name == _PAGE:
            self._refresh()

    def _made(self) -> QWidget:
        """The panel, when it is first shown."""
        return self.panel

    def _take(self, snapshot: Snapshot, _elapsed: float) -> None:
        """The run went on."""
        self._pick(snapshot)
        if snapshot.time < self._history.now:  # it went back; what was before that stays as it was
            self._history = self._history.as_of(snapshot.time)
        self._history.add(snapshot, self._node)
        if not self._timer.isActive() and self._place.is_shown(_PAGE):
            self._timer.start()

    def _pick(self, snapshot: Snapshot) -> None:
        """Follow the selected cluster, else the one that was followed, else the first one."""
        clusters = [name for name, each in snapshot.gauges.items() if each.cluster is not None]
        if self._chosen in clusters:
            wanted = self._chosen
        elif self._node in clusters:
            wanted = self._node
        else:
            wanted = clusters[0] if clusters else ""
        if wanted != self._node:
            if self._node and wanted:  # a key that was typed is one of the cluster before
                self._key = None
                if self._panel is not None:
                    self._panel.forget_key()
            self._node, self._history = wanted, VersionHistory()
            if wanted:
                self._watch(self._key)

    def _watch(self, key: int | None) -> None:
        """Have the run tell of a key from here on."""
        self._key = key
        self._history.forget_key()
        if self._node:
            self._services.run.ask(WatchKey(self._node, key))

    def _refresh(self) -> None:
        """Show what is known."""
        if self._panel is None:
            return
        history = self._history
        if not math.isnan(self._moment):
            history = history.as_of(self._moment)
        design = self._services.document.design
        node, names = design.node_by_id.get(self._node), {}
        frames = () if node is None else spread_of(node)
        for instance in history.owners:
            names[instance] = f"Instance {instance + 1}"
            if frames:
                frame = design.frame_by_id.get(frames[instance % len(frames)])
                if frame is not None:
                    names[instance] = f"{instance + 1} · {frame.name or frame.id}"
        title = "" if node is None else node.name or node.id
        self._panel.show_history(title, history, names)

    def _clear(self) -> None:
        """A run begins at 0, of a process that may be a new one."""
        self._history, self._node, self._moment = VersionHistory(), "", math.nan
        self._refresh()
