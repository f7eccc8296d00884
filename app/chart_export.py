"""A chart in a file: as a picture (PNG, SVG) or as numbers (CSV)."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QBuffer, QIODevice, QObject, QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from app.errands import Errand
from app.picture import SCALE, store_image
from engine.model.disk import write_whole
from engine.model.files import reason_of, shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from app.dialogs import Dialogs
    from app.errands import Sender
    from app.file_controller import FileController
    from engine.model.disk import Stamp
    from widgets.theme import ThemeManager

_MARGIN = 12
"""Air around a chart (logical px)."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the begin of a formula."""


class ChartView(Protocol):
    """A chart as an export needs it."""

    @property
    def name(self) -> str:
        """What it is called."""

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Titles of the columns, and rows."""

    def paint_chart(self, painter: QPainter) -> None:
        """Paint it as it looks now, from the origin on."""

    def rect(self) -> QRect:
        """Its size."""


class ChartExports(QObject):
    """Asks where, then has a chart written there; nobody waits for the disk."""

    def __init__(
        self,
        files: FileController,
        dialogs: Dialogs,
        errands: Sender,
        look: ThemeManager,
        *,
        said: Callable[[str], object],
        failed: Callable[[str], object],
    ) -> None:
        super().__init__(files)
        self._files, self._dialogs, self._errands, self._look = files, dialogs, errands, look
        self._said, self._failed = said, failed

    def export(self, chart: ChartView) -> None:
        """Let the person choose a file, and write the chart to it."""
        stem = "".join(each if each.isalnum() else "-" for each in chart.name.lower()).strip("-")
        path = self._dialogs.chart_path(
            self._files.folder() / f"{self._files.file_stem()}-{stem or 'chart'}.png"
        )
        if path is None:
            return
        name = shown_name(path)
        self._errands.send(
            Errand(
                f"Saving {name}",
                export_chart(chart, self._look.theme.panel, path),
                lambda _stamp: self._said(f"Saved {name}"),
                lambda error: self._failed(
                    f"{name} was not written: {reason_of(error)}; choose another place"
                ),
            )
        )


def export_chart(chart: ChartView, background: str, path: Path) -> Callable[[], Stamp]:
    """Take a chart as it is now; what is returned writes it, which any thread may do."""
    kind = path.suffix.lower()
    if kind == ".csv":
        return partial(write_whole, path, csv_of(*chart.table()).encode())
    if kind == ".svg":
        return partial(write_whole, path, _drawing(chart, background, path.stem))
    image = QImage(_size(chart) * SCALE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(background))
    with QPainter(image) as painter:
        painter.scale(SCALE, SCALE)
        painter.translate(_MARGIN, _MARGIN)
        chart.paint_chart(painter)
    return partial(store_image, image, path)


def csv_of(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as CSV; what would be a formula in a spreadsheet is text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"'{each}" if each.startswith(_FORMULA) else each for each in titles])
    writer.writerows(rows)
    return text.getvalue()


def _size(chart: ChartView) -> QSize:
    """Its size, with some air around it."""
    return chart.rect().size() + QSize(2 * _MARGIN, 2 * _MARGIN)


def _drawing(chart: ChartView, background: str, title: str) -> bytes:
    """The chart as SVG."""
    target = QBuffer()
    target.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(target)
    generator.setSize(_size(chart))
    generator.setViewBox(QRect(QPoint(), _size(chart)))
    generator.setTitle(title)
    with QPainter() as painter:
        painter.begin(generator)
        painter.fillRect(QRect(QPoint(), _size(chart)), QColor(background))
        painter.translate(_MARGIN, _MARGIN)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chart.paint_chart(painter)
    return bytes(target.data().data())
