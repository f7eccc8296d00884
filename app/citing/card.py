"""The card that cites a number: metrics of the last whole run to choose from, and what the note cites already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.overlay import Overlay
from engine.catalog.citing import said
from engine.catalog.measures import measured_of, title_of
from engine.model.citing import cited_by
from engine.model.design import Design
from engine.model.metrics import value_of
from engine.model.units import format_quantity, format_share
from widgets.own_keys import OwnKeys
from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.model.citing import Holder
    from engine.model.design import Citation
    from widgets.theme import ThemeManager

_SIZE: Final = (560, 520)
_MOST: Final = 300
"""Metrics that are listed; more are found by typing."""
_METRIC: Final = Qt.ItemDataRole.UserRole
_NO_RUN: Final = (
    "Nothing was measured yet. A note cites a whole run: measure the scenario from the start (M), or let it "
    "run to its end."
)


class CitingCard(Overlay):
    """Floats over the middle of the window."""

    measure_requested = Signal()
    """The scenario is to be measured from the start, so that there is something to cite."""
    cite_requested = Signal(str)
    """Path of a metric to be cited."""
    drop_requested = Signal(int)
    """Place of a citation that is to go."""
    tolerance_requested = Signal(int, float)
    """Place of a citation, and the share by which a run may be off."""

    left = Signal(object)
    """It was closed: the note (its id) or the comment (its place) that it was about, or None."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """Nothing was measured yet."""
        super().__init__(window, look)
        self.setAccessibleName("Cite a metric")
        self._is_built = False
        self._design = Design()
        self._result: Mapping[str, Any] | None = None
        self._holder: Holder | None = None
        self._gathered: list[tuple[str, str, str]] | None = None
        """What can be cited of the result; None before somebody asks."""
        self.search = QLineEdit()
        self.metrics = QListWidget()
        self.cited = QListWidget()
        self.about = set_role(QLabel(wordWrap=True), "muted")
        self.tolerance = QDoubleSpinBox(
            minimum=0.0, maximum=1000.0, decimals=1, singleStep=1.0, suffix=" %"
        )
        self._head = set_role(QLabel(), "section")
        self.drop = QPushButton("Remove")
        self.measure = set_role(QPushButton("Measure now"), "primary")
        self.put = set_role(QPushButton("Cite"), "primary")
        self.tools = QWidget()
        self.measure.setToolTip("Run the whole scenario from the start, beside the sandbox")
        self.measure.clicked.connect(lambda _checked: self.measure_requested.emit())

    def open_on(
        self, design: Design, holder: Holder | None, result: Mapping[str, Any] | None
    ) -> None:
        """Offer the metrics of a result for a note or a comment; None for a note that is yet to be made."""
        if not self._is_built:
            self._build()
        self._holder, self._result, self._gathered = holder, result, None
        what = "comment" if isinstance(holder, int) else "note"
        self._head.setText(f"Cited on this {what}")
        self.cited.setAccessibleName(f"Cited on this {what}")
        self.search.clear()
        self.set_design(design)
        self._fill()
        super().open()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_design(self, design: Design) -> None:
        """Follow the open design."""
        self._design, self._gathered = design, None
        if self._is_built:
            self._fill_cited()

    def show_result(self, result: Mapping[str, Any] | None) -> None:
        """Offer the metrics of another result."""
        self._result, self._gathered = result, None
        self._fill()

    def set_progress(self, share: float) -> None:
        """Say how far the measurement is that was asked for here."""
        if self.isVisible() and self._result is None:
            self.about.setText(f"Measuring … {format_share(share)}")

    def set_note(self, note: str) -> None:
        """The note that is cited on, once it was made."""
        self._holder = note
        self._fill_cited()

    def close_card(self) -> None:
        """Hide it, and say whose citations it was about."""
        was_open = self.isVisible()
        super().close_card()
        if was_open:
            self.left.emit(self._holder)

    def place(self) -> None:
        """Sit in the middle."""
        width, height = _SIZE
        self.resize(min(width, self.host.width() - 40), min(height, self.host.height() - 80))
        self.move(
            (self.host.width() - self.width()) // 2, (self.host.height() - self.height()) // 3
        )

    def cite(self) -> None:
        """Cite the chosen metric."""
        row = self.metrics.currentItem()
        if row is not None:
            self.cite_requested.emit(row.data(_METRIC))

    def remove(self) -> None:
        """Take the chosen citation off."""
        if self.cited.currentRow() >= 0:
            self.drop_requested.emit(self.cited.currentRow())

    def _build(self) -> None:
        """Made when it is first asked for, since most starts never ask."""
        self._is_built = True
        self.search.setPlaceholderText("Search by node, link or metric")
        self.search.setAccessibleName("Search the metrics")
        self.search.textChanged.connect(lambda _text: self._fill())
        self.search.returnPressed.connect(self.cite)
        self.search.setClearButtonEnabled(True)
        self.metrics.setAccessibleName("Metrics of the run")
        self.metrics.itemActivated.connect(lambda _row: self.cite())
        self.cited.setMaximumHeight(92)
        self.cited.currentRowChanged.connect(lambda _row: self._show_tolerance())
        self.tolerance.setAccessibleName("Tolerance")
        self.tolerance.setToolTip(
            "By how much of the value a run may be off before it no longer holds"
        )
        self.tolerance.editingFinished.connect(self._set_tolerance)
        self.drop.setToolTip("Take this citation off (Del)")
        self.drop.clicked.connect(lambda _checked: self.remove())
        OwnKeys(self.cited, {"Del": self.remove, "Backspace": self.remove})
        self.put.setToolTip("Put the chosen number there (Enter)")
        self.put.clicked.connect(lambda _checked: self.cite())
        head = QHBoxLayout()
        head.addWidget(set_role(QLabel("Cite a metric"), "title"), 1)
        head.addWidget(self.put)
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.addWidget(set_role(QLabel("Holds within"), "muted"))
        tools.addWidget(self.tolerance)
        tools.addStretch(1)
        tools.addWidget(self.drop)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addLayout(head)
        for part in (self.about, self.measure, self.search):
            column.addWidget(part)
        column.addWidget(self.metrics, 1)
        column.addWidget(self._head)
        column.addWidget(self.cited)
        column.addWidget(self.tools)

    def _fill(self) -> None:
        """List the metrics in which all words that are typed occur."""
        self.metrics.clear()
        self.measure.setVisible(self._result is None)
        result, words = self._result, self.search.text().casefold().split()
        self.about.setText(
            _NO_RUN
            if result is None
            else f"Of run {str(result['hash'])[:8]}, seed {result['seed']}: choose a number."
        )
        for metric, title, value in self._offers():
            text = f"{title}   {value}"
            if all(word in f"{text} {metric}".casefold() for word in words):
                row = QListWidgetItem(text)
                row.setData(_METRIC, metric)
                row.setToolTip("")
                self.metrics.addItem(row)
                if self.metrics.count() >= _MOST:
                    break
        self.metrics.setCurrentRow(0)
        self.put.setEnabled(self.metrics.count() > 0)

    def _offers(self) -> list[tuple[str, str, str]]:
        """All that can be cited; gathered once for a result, since every key that is typed asks for it."""
        if self._gathered is None:
            self._gathered = list(_measured(self._design, self._result))
        return self._gathered

    def _fill_cited(self) -> None:
        """List what is cited there; the same place stays chosen."""
        place = self.cited.currentRow()
        self.cited.clear()
        for citation in self._citations():
            self.cited.addItem(said(self._design, citation))
        self.cited.setCurrentRow(min(max(place, 0), self.cited.count() - 1))
        self._show_tolerance()
        parts, some = (self._head, self.cited, self.tools), self.cited.count() > 0
        focus = QApplication.focusWidget()
        if (
            not some
            and focus is not None
            and any(part in {focus, focus.parent()} for part in parts)
        ):
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        for part in parts:
            part.setVisible(some)

    def _show_tolerance(self) -> None:
        """Of the chosen citation."""
        found, place = self._citations(), self.cited.currentRow()
        is_there = 0 <= place < len(found)
        for part in (self.tolerance, self.drop):
            part.setEnabled(is_there)
        if is_there:
            self.tolerance.setValue(100.0 * found[place].tolerance)

    def _citations(self) -> tuple[Citation, ...]:
        """What the note or the comment cites."""
        return cited_by(self._design, self._holder) if self._holder is not None else ()

    def _set_tolerance(self) -> None:
        """Another tolerance for the chosen citation."""
        if self.tolerance.isEnabled():
            share = round(self.tolerance.value() / 100.0, 6)
            self.tolerance_requested.emit(self.cited.currentRow(), share)


def _measured(design: Design, result: Mapping[str, Any] | None) -> Iterator[tuple[str, str, str]]:
    """Path, title and value of everything that a result has a number for."""
    if result is None:
        return
    for item_id in (*design.node_by_id, *design.link_by_id):
        for metric in measured_of(design.node_by_id.get(item_id)):
            path = f"{item_id}.{metric.name}"
            value = value_of(path, result)
            if value is not None:
                yield path, title_of(design, path), format_quantity(value, metric.unit)
