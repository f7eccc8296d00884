"""What each action of ``app.actions`` does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.animation import AnimationExport
from app.chart_export import ChartExports
from app.citing.desk import CitingDesk
from app.command_palette import CommandPalette
from app.comments_card import CommentsCard
from app.comparison import Comparison
from app.errands import Errand
from app.help_topic import ABOUT_PAGE, topic_of
from app.menus import build_menus
from app.pair.desk import PairDesk
from app.picture import copying, exporting
from app.presenting.desk import PresentDesk
from app.run_saver import RunSaver
from app.shortcuts_card import AboutCard, ShortcutsCard
from app.speeds import next_speed
from app.submenus import Submenus
from app.tour import Guide
from app.view_windows import ViewWindows
from app.window_keys import WindowKeys
from app.windows import open_another
from engine.model.files import reason_of, shown_name
from widgets.canvas import WAYS
from widgets.theme import menu_text
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.dialogs import Dialogs
    from app.workbench import Workbench
    from widgets.theme import Preference

    Handlers = dict[str, Callable[[], object]]
_MANY: Final = 100
"""Nodes and links from which on a picture is painted in several turns."""
_SAVES: Final = "Write down the run on screen, so that it can be replayed to the same result"
_NO_RUN: Final = "There is no run to save: press Space to start one"
THEMES: Final[tuple[Preference, ...]] = ("system", "dark", "light")


class Commands(QObject):
    """Binds a workbench's actions. Lives as long as its window."""

    def __init__(self, bench: Workbench, dialogs: Dialogs) -> None:
        super().__init__(bench)
        self._bench = bench
        self._dialogs = dialogs
        services = bench.services
        self.runs = RunSaver(services.run, services.files, dialogs, services.errands)
        self.pictures = Turns(self)
        """Paint pictures of large designs."""
        self.animation = AnimationExport(bench, dialogs)
        self.charts = ChartExports(
            services.files,
            dialogs,
            services.errands,
            bench.look,
            said=bench.views.status.flash,
            failed=bench.say,
        )
        bench.views.charts.export_requested.connect(self.charts.export)
        submenus = Submenus(bench)
        self.search = CommandPalette(bench.window, bench.look, submenus.entries, submenus.help_for)
        bench.help.ready.connect(self.search.refresh)
        self.shortcuts = ShortcutsCard(bench.window, bench.look, bench.actions)
        self.comments = CommentsCard(bench.window, bench.look)
        self.tour = Guide(bench)
        self.about = AboutCard(bench.window, bench.look)
        self.comparison = Comparison(bench)
        self.keys = WindowKeys(bench, submenus.help_for)
        self.pair = PairDesk(bench, self.keys)
        self.presenting = PresentDesk(bench, self.keys)
        self.citing = CitingDesk(bench)
        self.views = ViewWindows(bench, self.keys)
        self.citing.shown.connect(self.views.show_chips)
        self.citing.shown.connect(self.pair.show_chips)
        bench.actions.bind(
            self._file() | self._edit() | self._view() | self._insert() | self._run() | self._help()
        )
        build_menus(
            (bench.window.menuBar(), bench.window.menu),
            bench.actions,
            submenus.fillers(),
            bench.fill_breaks,
        )
        bench.window.search_clicked.connect(self.search.open)
        bench.views.transport.set_shortcuts(
            {
                name: bench.actions[f"run.{action}"].shortcut().toString()
                for name, action in (
                    ("run", "toggle"),
                    ("step_time", "step_time"),
                    ("step_request", "step_request"),
                    ("restart", "restart"),
                )
            }
        )
        bench.services.document.stack.indexChanged.connect(self._show_undo)
        self._show_undo()
        self._mark_choices()
        self._connect_run_saver()
        self._connect_comments()
        self._connect_pages(submenus)

    def _connect_pages(self, submenus: Submenus) -> None:
        """Instruments with a window of their own have the keys of every window."""
        self._bench.window.instruments.detached.connect(
            lambda window, name: self.keys.give(
                window, lambda: (ABOUT_PAGE.get(name, ""), 0), submenus.entries
            )
        )

    def close(self) -> None:
        """End what has an engine of its own."""
        self.pictures.forget()
        self.pair.close()
        self.presenting.close()
        self.views.close()

    def _file(self) -> Handlers:
        """File menu."""
        files, bench = self._bench.services.files, self._bench

        def export() -> None:
            suggestion = (bench.services.document.path or files.folder() / "x").with_name(
                f"{files.file_stem()}.svg"
            )
            path = self._dialogs.picture_path(suggestion)
            if path is None:
                return
            self._paint(self._exporting(path))

        def new_window() -> None:
            if not open_another():
                bench.say("Another window could not be started: the system refused")

        return {
            "file.new": files.new,
            "file.new_window": new_window,
            "file.open": files.ask_open,
            "file.compare": self.comparison.ask,
            "file.side_by_side": self.pair.ask,
            "file.twin": self.pair.begin_with_twin,
            "file.save": files.save,
            "file.save_as": files.save_as,
            "file.export": export,
            "file.animation": self.animation.export,
            "file.save_run": self.runs.save,
            "file.quit": bench.window.close,
        }

    def _exporting(self, path: Path) -> Iterator[None]:
        """Paint the canvas in steps, then have the picture written."""
        bench, name = self._bench, shown_name(path)
        work = yield from exporting(bench.views.canvas, bench.look.theme, path)
        bench.services.errands.send(
            Errand(
                f"Saving {name}",
                work,
                lambda _stamp: bench.views.status.flash(f"Saved {name}"),
                lambda error: bench.say(
                    f"{name} was not written: {reason_of(error)}; choose another place"
                ),
            )
        )

    def _paint(self, steps: Iterator[None]) -> None:
        """Paint a picture of the canvas, one of a large design in several turns of the event loop."""
        design = self._bench.design
        self.pictures.do(steps, is_long=len(design.nodes) + len(design.links) >= _MANY)

    def _edit(self) -> Handlers:
        """Edit menu. What is copied is text: it goes between windows, and into a mail."""
        canvas, bench = self._bench.views.canvas, self._bench
        clipboard = QGuiApplication.clipboard()

        def copy() -> None:
            if text := canvas.copy():
                clipboard.setText(text)

        def cut() -> None:
            copy()
            canvas.delete_selection()

        return {
            "edit.undo": bench.services.document.stack.undo,
            "edit.redo": bench.services.document.stack.redo,
            "edit.cut": cut,
            "edit.copy": copy,
            "edit.copy_picture": lambda: self._paint(copying(canvas, bench.look.theme, clipboard)),
            "edit.paste": lambda: canvas.paste(clipboard.text()),
            "edit.duplicate": canvas.duplicate,
            "edit.delete": canvas.delete_selection,
            "edit.rename": canvas.rename_selection,
            "edit.select_all": canvas.select_all,
            "edit.find": self.search.open,
        }

    def _view(self) -> Handlers:
        """View menu."""
        bench, canvas, actions = self._bench, self._bench.views.canvas, self._bench.actions

        def outline() -> None:
            bench.window.show_outline(actions["view.outline"].isChecked())

        def choose(name: Preference) -> Callable[[], None]:
            return lambda: self._choose_theme(name)

        handlers: Handlers = {
            "view.zoom_in": canvas.zoom_in,
            "view.zoom_out": canvas.zoom_out,
            "view.zoom_reset": canvas.zoom_reset,
            "view.fit": canvas.fit,
            "view.layout": canvas.auto_layout,
            "view.path": lambda: canvas.look_along_path(actions["view.path"].isChecked()),
            "view.outline": outline,
            "view.another": self.views.open,
            "view.present": self.presenting.begin,
            "view.steps": self.presenting.card.open,
            "view.findings": bench.show_findings,
            "view.distances": bench.distances.open,
            "view.next_pane": bench.window.focus_next_pane,
            "view.previous_pane": lambda: bench.window.focus_next_pane(-1),
            "view.reduced_motion": self._choose_motion,
        }
        handlers |= {f"align.{way}": partial(canvas.align, way) for way in WAYS}
        return handlers | {f"view.theme_{name}": choose(name) for name in THEMES}

    def _comment(self) -> None:
        """Say something about what is selected, or about the moment that is looked at."""
        bench, travel, run = self._bench, self._bench.travel, self._bench.services.run
        moment = travel.at if travel.looks_back else run.now if run.has_run else None
        note = bench.design.note_by_id.get(bench.chosen or "")
        about = bench.chosen if note is None else None
        self.comments.open_about(about, moment)
        if about is not None:
            bench.reveal(about)

    def _connect_comments(self) -> None:
        """The card follows the design, and what it asks for becomes an edit."""
        bench, card = self._bench, self.comments
        document, settings = bench.services.document, bench.services.settings
        card.set_author(settings.values.author)
        card.author_changed.connect(lambda name: settings.update(author=name))
        card.edit_requested.connect(document.push)
        card.cite_requested.connect(self.citing.open_for_comment)
        self.citing.comments_shown.connect(card.show_chips)
        self.citing.card.left.connect(card.come_back)
        card.jump_requested.connect(bench.jump)
        card.moment_requested.connect(bench.travel.show_moment)
        document.changed.connect(lambda design, _changes: card.set_design(design))
        document.replaced.connect(card.set_design)
        timeline = bench.views.timeline
        timeline.set_comments(document.design.comments)
        timeline.comments_requested.connect(card.open_on)
        document.changed.connect(lambda design, _changes: timeline.set_comments(design.comments))
        document.replaced.connect(lambda design: timeline.set_comments(design.comments))

    def _insert(self) -> Handlers:
        """Insert menu."""
        canvas = self._bench.views.canvas

        def on_canvas(act: Callable[[], object]) -> Callable[[], object]:
            def focused() -> None:
                canvas.setFocus(Qt.FocusReason.OtherFocusReason)
                act()

            return focused

        return {
            "insert.component": on_canvas(canvas.begin_add),
            "insert.link": on_canvas(canvas.begin_link),
            "insert.note": on_canvas(canvas.add_note),
            "insert.frame": on_canvas(canvas.add_frame),
            "insert.citation": self.citing.open,
            "insert.comment": self._comment,
        }

    def _run(self) -> Handlers:
        """Run menu."""
        services, bench = self._bench.services, self._bench
        run = services.run
        return {
            "run.toggle": run.toggle,
            "run.step_time": bench.views.transport.step_time_requested.emit,
            "run.step_request": bench.views.transport.step_request_requested.emit,
            "run.restart": run.restart,
            "run.back": lambda: bench.travel.step(-1.0),
            "run.forward": lambda: bench.travel.step(1.0),
            "run.live": bench.travel.go_live,
            "run.history": bench.runs.open,
            "run.keep": services.keeper.keep,
            "run.breakpoints": bench.breakpoints.open,
            "run.fork": bench.travel.fork,
            "run.measure": bench.measure,
            "run.why": bench.explain,
            "run.what_if": lambda: bench.what_if.ask(bench.chosen),
            "run.traces": bench.show_traces,
            "run.show_p99": lambda: bench.show_traces("p99"),
            "run.show_failed": lambda: bench.show_traces("failed"),
            "run.record_traces": self._choose_traces,
            "run.study": bench.desk.toggle,
            "run.faster": lambda: self._shift_speed(1),
            "run.slower": lambda: self._shift_speed(-1),
            "run.repair": lambda: bench.repair(bench.chosen),
        }

    def _help(self) -> Handlers:
        """Help menu."""
        help_desk = self._bench.help
        return {
            "help.open": lambda: help_desk.open(*topic_of(self._bench)),
            "help.search": help_desk.search,
            "help.tour": self.tour.start,
            "help.shortcuts": self.shortcuts.open,
            "help.about": self.about.open,
        }

    def _shift_speed(self, steps: int) -> None:
        """Go to the next speed of the ladder."""
        speed = next_speed(self._bench.services.run.speed, steps)
        self._bench.views.transport.set_speed(speed)
        self._bench.services.run.set_speed(speed)

    def _choose_theme(self, name: Preference) -> None:
        """Wear this theme from now on."""
        self._bench.look.set_preference(name)
        self._bench.services.settings.update(theme=name)
        self._mark_choices()

    def _choose_motion(self) -> None:
        """Have motion, or not."""
        wanted = self._bench.actions["view.reduced_motion"].isChecked()
        self._bench.services.settings.update(reduced_motion=wanted)
        self._bench.apply_motion()

    def _choose_traces(self) -> None:
        """Record single requests, or not, from the next start of a run on."""
        bench = self._bench
        wanted = bench.actions["run.record_traces"].isChecked()
        bench.services.settings.update(traces=wanted)
        bench.services.run.set_traces(wanted)
        what = "records single requests" if wanted else "records no requests"
        bench.views.status.flash(f"From its next start on, a run {what}")

    def _mark_choices(self) -> None:
        """Tick what is chosen."""
        actions = self._bench.actions
        for name in THEMES:
            actions[f"view.theme_{name}"].setChecked(name == self._bench.look.preference)
        actions["view.reduced_motion"].setChecked(
            self._bench.services.settings.values.reduced_motion
        )
        actions["run.record_traces"].setChecked(self._bench.services.settings.values.traces)

    def _connect_run_saver(self) -> None:
        """A run can be saved while there is one; how that went is said where files say it."""
        run, views = self._bench.services.run, self._bench.views
        self.runs.saved.connect(lambda name: views.status.flash(f"Saved this run as {name}."))
        self.runs.failed.connect(self._bench.say)
        run.cleared.connect(self._show_has_run)
        run.snapshot.connect(lambda _snapshot, _elapsed: self._show_has_run())
        run.failed.connect(lambda _message, _trace: self._show_has_run())
        self._show_has_run()

    def _show_has_run(self) -> None:
        """Without a run its action is grey, and says why."""
        action, has_run = self._bench.actions["file.save_run"], self._bench.services.run.has_run
        action.setEnabled(has_run)
        action.setToolTip(_SAVES if has_run else _NO_RUN)
        for place in action.associatedObjects():
            if isinstance(place, QMenu):
                place.setToolTipsVisible(not has_run)

    def _show_undo(self) -> None:
        """Undo and redo say what they would do, and are grey when there is nothing."""
        stack, actions = self._bench.services.document.stack, self._bench.actions
        for name, word, can, text in (
            ("edit.undo", "&Undo", stack.canUndo(), stack.undoText()),
            ("edit.redo", "&Redo", stack.canRedo(), stack.redoText()),
        ):
            actions[name].setEnabled(can)
            actions[name].setText(f"{word} {menu_text(text[:1].lower() + text[1:])}".rstrip())
