"""Opens and closes the comparison of two designs or two runs, and finds the repaired twin of an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from app.banner import Choice, Message
from app.places import shipped_designs
from app.standstill import Standstill
from engine.model import files
from widgets.canvas import Hint
from widgets.turns import Turns, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from app.pair.side import Context, Shown
    from app.pair.window import PairWindow
    from app.run_keeper import Recalled
    from app.window_keys import WindowKeys
    from app.workbench import Workbench
    from engine.model.design import Design
    from widgets.canvas.note_painter import NoteChip

_FIXED: Final = "-fixed"
_KEY: Final = "twin"
EMPTY: Final = Hint(
    "Nothing is drawn in this design", "It is only shown here: open it to change it."
)
"""What an empty side says that takes no edits."""
EMPTY_HERE: Final = Hint(
    "Nothing is drawn yet",
    "Double-click here, or press A, to add a component by name.",
    "Start with a client: it brings the traffic.",
)
"""What the open design says while it is empty: there is no palette beside it."""


class PairDesk(QObject):
    """At most one comparison at a time. While it is open the run of the main window stands still."""

    def __init__(self, bench: Workbench, keys: WindowKeys) -> None:
        """Compare nothing yet; ``keys`` gives the comparison the keys of every window."""
        super().__init__(bench)
        self._bench, self._keys = bench, keys
        self._standstill = Standstill(bench.services.run)
        self._window: PairWindow | None = None
        self._turns = Turns(self)
        services = bench.services
        services.document.replaced.connect(self._leave_design)
        services.document.edited.connect(self._follow)
        services.files.opened.connect(self._offer_twin)
        bench.runs.pair_requested.connect(self.begin_runs)

    @property
    def window(self) -> PairWindow | None:
        """The window of the comparison, if there is one; who asks for one that is being made has it at once."""
        self._turns.finish()
        return self._window

    def ask(self) -> None:
        """Let the person choose the other design."""
        self._bench.services.files.ask_other(self.begin)

    def begin(self, other: Design, path: Path) -> None:
        """Put the open design at the left, another at the right."""
        from app.pair.side import Shown  # noqa: PLC0415 - with it comes the library of charts

        name = files.shown_name(path)
        right = Shown(other, other.title or name, "" if path.parent == shipped_designs() else name)
        self._open(self._present(), right)

    def begin_with_twin(self) -> None:
        """Put the open incident beside its repair, or the repair beside its incident."""
        twin = self.twin()
        if twin is None:
            self._bench.views.status.flash(
                "This design has no repaired twin: incidents among the examples have one."
            )
            return
        try:
            other = files.load(twin)
        except files.FileError as error:
            self._bench.say(str(error))
            return
        if self._source_stem().endswith(_FIXED):
            from app.pair.side import Shown  # noqa: PLC0415 - with it comes the library of charts

            self._open(Shown(other, other.title, "the incident"), self._present())
        else:
            self.begin(other, twin)

    def begin_runs(self, numbers: tuple[int, ...]) -> None:
        """Put two kept runs side by side; one beside the open design."""
        keeper = self._bench.services.keeper
        found: list[tuple[Recalled, str]] = []

        def take(recalled: Recalled, title: str) -> None:
            found.append((recalled, title))
            if len(found) < len(numbers):
                keeper.recall(numbers[len(found)], take)
                return
            shown = [_kept(*each) for each in found]
            left = shown[0] if len(shown) > 1 else self._present()
            self._open(left, shown[-1])

        keeper.recall(numbers[0], take)

    def twin(self) -> Path | None:
        """The shipped design that belongs to the open one; None where there is none."""
        stem = self._source_stem()
        if not stem:
            return None
        name = stem.removesuffix(_FIXED) if stem.endswith(_FIXED) else f"{stem}{_FIXED}"
        path = shipped_designs() / f"{name}.windtunnel"
        return path if path.exists() else None

    def close(self) -> None:
        """End the comparison, if there is one; what is still being made comes no more."""
        if self._turns.is_busy:
            self._turns.forget()
            self._standstill.end()
        elif self._window is not None:
            self._window.close()

    def show_chips(self, chips: Mapping[str, tuple[NoteChip, ...]]) -> None:
        """Show what the notes of the open design cite, on its side."""
        if self._window is not None:
            _show_chips(self._window, chips)

    def _source_stem(self) -> str:
        """Name of the shipped file that the open design is a copy of; empty where it is none."""
        services = self._bench.services
        path = services.document.path or services.files.origin
        return path.stem if path is not None and path.parent == shipped_designs() else ""

    def _present(self) -> Shown:
        """The open design."""
        from app.pair.side import Shown  # noqa: PLC0415 - with it comes the library of charts

        design = self._bench.design
        return Shown(design, design.title, "open design", is_open=True)

    def _open(self, left: Shown, right: Shown) -> None:
        """Show the window over the main one, as large as that."""
        self.close()
        self._standstill.begin()
        self._turns.do(in_turns(self._opening((left, right))), is_long=True)

    def _opening(self, shown: tuple[Shown, Shown]) -> Iterator[None]:
        """Make the window, in turns between which the main one answers, and show it when it is whole."""
        yield
        from app.pair.side import Context  # noqa: PLC0415 - with it comes the library of charts
        from app.pair.window import PairWindow  # noqa: PLC0415

        bench = self._bench
        services, host = bench.services, bench.window
        context = Context(
            bench.components,
            bench.look,
            services.start_process,
            services.settings.values.memory,
            services.places.studies,
        )
        yield
        window = PairWindow(shown, context, host, at_once=False)
        try:
            yield from self._equipping(window, shown, context)
        except GeneratorExit:  # nobody waits for it any more
            window.deleteLater()
            raise
        self._window = window
        window.show()
        window.activateWindow()
        window.sides[0].canvas.setFocus()
        window.begin(services.run.speed)

    def _equipping(
        self, window: PairWindow, shown: tuple[Shown, Shown], context: Context
    ) -> Iterator[None]:
        """Make what is in the window, and connect it with the main one, in steps."""
        bench = self._bench
        services = bench.services
        yield from window.making(shown, context)
        window.closed.connect(self._closed)
        self._keys.give(window, lambda: ("comparing", 0), window.entries)
        if any(each.is_open for each in shown):
            window.addActions([bench.actions[name] for name in ("edit.undo", "edit.redo")])
        reduced = services.settings.values.reduced_motion
        for side in window.sides:
            side.canvas.set_motion("reduced" if reduced else "full")
            side.canvas.message.connect(bench.views.status.flash)
        _show_chips(window, bench.views.canvas.chips)
        for side, head in zip(window.sides, window.heads, strict=True):
            push = services.document.push if side.shown.is_open else head.refuse
            side.canvas.edit_requested.connect(push)
            side.canvas.hint = EMPTY_HERE if side.shown.is_open else EMPTY
        yield
        window.setGeometry(bench.window.geometry())
        yield from window.rehearsing()

    def _closed(self) -> None:
        """The main window is again what it was."""
        window, self._window = self._window, None
        if window is not None:
            window.deleteLater()
            # Where no window manager hands out the keyboard, nobody would have it.
            self._bench.window.activateWindow()
        self._standstill.end()

    def _follow(self, edit: object, _changes: object) -> None:
        """The open design was edited, on either canvas: its side follows."""
        window = self.window
        for side in window.sides if window is not None else ():
            if side.shown.is_open:
                side.document.push(edit)  # type: ignore[arg-type]  # a Qt signal

    def _leave_design(self, _design: object) -> None:
        """Another design was opened: what was compared with the one before is not open any more."""
        self._bench.views.banners.dismiss(_KEY)
        self.close()

    def _offer_twin(self) -> None:
        """Offer the repaired twin of an incident that was opened."""
        if self.twin() is not None:
            fixed = self._source_stem().endswith(_FIXED)
            words = (
                "This is a repaired design; the incident is shipped beside it."
                if fixed
                else "This incident has a repaired twin."
            )
            act = "Compare with the incident" if fixed else "Compare with its fix"
            self._bench.views.banners.show_message(
                Message(_KEY, words, "offer", (Choice(act, self.begin_with_twin),))
            )
            self._bench.views.canvas.fit_soon()  # the message takes of the room in which the design was fitted


def _show_chips(window: PairWindow, chips: Mapping[str, tuple[NoteChip, ...]]) -> None:
    """Show what the notes of the open design cite, on its side."""
    for side in window.sides:
        if side.shown.is_open:
            side.canvas.show_chips(chips)


def _kept(recalled: Recalled, title: str) -> Shown:
    """A kept run."""
    from app.pair.side import Shown  # noqa: PLC0415 - with it comes the library of charts

    return Shown(
        recalled.design,
        title,
        "kept run",
        journal=recalled.journal,
        load=recalled.load,
        end=recalled.end,
    )
