"""The page with the error budgets: what is left of each beside how fast one burns, over the axis of all charts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from widgets.charts.budgets import BurnFeed, LeftFeed
from widgets.charts.chart import Chart
from widgets.charts.chart_menu import add_requests
from widgets.theme import IconSet, menu_text, set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from widgets.charts.budgets import Budgeted
    from widgets.charts.panel import ChartsPanel
    from widgets.theme import Theme, ThemeManager

_NOTHING: Final = (
    "An error budget says how many requests may still fail, or be too slow, before an objective is missed. "
    "No objective here has one yet: it bounds the availability of a client, or the share of its slow requests."
)
_FRAME: Final = 33
"""Least time from drawing to drawing (ms)."""


class BudgetPanel(QWidget):
    """Two charts that read the record of the other charts: the present run, and a kept one behind it."""

    export_requested = Signal(object)
    """A ``Chart`` to be written to a file."""
    objective_wanted = Signal()
    """The objective that was offered."""

    def __init__(self, look: ThemeManager, charts: ChartsPanel) -> None:
        """Show the budgets of the run that ``charts`` shows."""
        super().__init__()
        self._look, self._charts = look, charts
        self._left, self._burn = LeftFeed(look.theme), BurnFeed(look.theme)
        icons = IconSet()
        self.charts = [
            Chart(feed, charts.axis, look.theme, icons, self) for feed in (self._left, self._burn)
        ]
        """What is left, and how fast it burns."""
        self.offer = QPushButton()
        """Adds an objective that has a budget."""
        self.offer.clicked.connect(self.objective_wanted)
        self.offer.hide()
        self._pages = QStackedWidget()
        self._timer = QTimer(self, singleShot=True, interval=_FRAME)
        self._timer.timeout.connect(self.refresh)
        self._build()
        charts.changed.connect(self._renew)
        charts.axis.cursor_moved.connect(self._show_cursor)
        charts.axis.range_changed.connect(self._show_range)
        look.changed.connect(self._dress)

    def set_budgets(self, budgets: tuple[Budgeted, ...]) -> None:
        """Show these objectives."""
        self._left.set_budgets(budgets)
        self._burn.set_budgets(budgets)
        self._pages.setCurrentIndex(0 if budgets else 1)
        design = self._charts.design
        for chart in self.charts:
            chart.set_marks([] if design is None else [each.at for each in design.scenario.events])
        self._renew()

    def offer_objective(self, words: str) -> None:
        """Offer an objective as long as there is no budget; none where the words are empty."""
        self.offer.setText(menu_text(words))
        self.offer.setVisible(bool(words))

    def choose(self, key: str | None) -> None:
        """Show how fast this budget burns; None for the one with the least left."""
        self._burn.choice = key
        self._renew()

    def refresh(self) -> None:
        """Draw what is new, now."""
        self._timer.stop()
        if not self.isVisible():
            return
        for chart in self.charts:
            if not chart.isHidden():
                chart.refresh(self._charts.history, self._charts.kept_history)
                chart.show_cursor()
        self._settle_heads()

    def enlarge(self, chart: Chart) -> None:
        """Show one chart alone, or both again."""
        large = not chart.is_large
        for each in self.charts:
            each.setVisible(each is chart or not large)
            each.set_large(large=large and each is chart)
        self._renew()
        chart.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Legends may stand beside titles again, or not any more."""
        super().resizeEvent(event)
        for chart in self.charts:
            chart.join_head()
        self._renew()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while it was hidden."""
        super().showEvent(event)
        self._renew()

    def _settle_heads(self) -> None:
        """Put both legends below the titles once one does not fit."""
        if any(chart.is_tight for chart in self.charts if not chart.isHidden()):
            for chart in self.charts:
                chart.stack_head()
                chart.legend.set_rows(
                    max(each.legend.rows_in(each.width()) for each in self.charts)
                )

    def _renew(self) -> None:
        """Draw soon, once."""
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _show_cursor(self, _instant: float) -> None:
        """Somebody points at an instant, here or elsewhere, or looks at a moment of the past."""
        if self.isVisible():
            for chart in self.charts:
                chart.show_cursor()

    def _show_range(self, _begin: float, _end: float) -> None:
        """The axis moved."""
        if self.isVisible():
            for chart in self.charts:
                chart.set_times()
        self._renew()

    def _dress(self, theme: Theme) -> None:
        """Take the colours of the theme."""
        for chart in self.charts:
            chart.set_theme(theme)
        self._renew()

    def _show_menu(self, chart: Chart, position: QPoint) -> None:
        """Open the menu of a chart."""
        self.menu_of(chart).popup(position)

    def menu_of(self, chart: Chart) -> QMenu:
        """What can be done with a chart."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        alone = "Show both charts" if chart.is_large else "Enlarge"
        menu.addAction(alone, partial(self.enlarge, chart))
        menu.addAction("Show the whole run", self._charts.axis.reset)
        menu.addAction("Keep this run behind the next", self._charts.keep_run)
        drop = menu.addAction("Remove the kept run", self._charts.drop_kept_run)
        drop.setEnabled(self._charts.has_kept_run)
        export = menu.addAction("Export chart…", partial(self.export_requested.emit, chart))
        export.setEnabled(chart.has_lines)
        menu.addSeparator()
        add_requests(menu, self._charts)
        return menu

    def _show_choice(self, _chart: Chart, position: QPoint) -> None:
        """Whose burn rate may be shown."""
        menu = QMenu("Burn rate of", self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        choices: list[tuple[str | None, str]] = [(None, "The one with the least left")]
        choices += [(each.key, each.label) for each in self._burn.budgets]
        for key, label in choices:
            action = QAction(menu_text(label), menu, checkable=True)
            action.setChecked(self._burn.choice == key)
            action.triggered.connect(partial(self.choose, key))
            group.addAction(action)
            menu.addAction(action)
        menu.popup(position)

    def _build(self) -> None:
        """The charts side by side, or a line that says how to get some."""
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Error budgets")
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(16, 6, 14, 6)
        row.setSpacing(20)
        for chart in self.charts:
            row.addWidget(chart, 1)
            chart.set_large(large=False)
            chart.menu_requested.connect(self._show_menu)
            chart.enlarge_requested.connect(self.enlarge)
            chart.choice_requested.connect(self._show_choice)
        for page in (both, self._build_empty()):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._pages.setCurrentIndex(1)

    def _build_empty(self) -> QWidget:
        """What a budget is, and how to get one."""
        said = set_role(QLabel(_NOTHING, wordWrap=True), "muted")
        said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(32, 8, 32, 8)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(said)
        column.addWidget(self.offer, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page
