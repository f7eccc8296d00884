"""The run as an animation: the canvas, moment by moment, as GIF or WebP (Pillow) or WebM (PyAV).

Pictures are painted in the window's thread, one at a time between other things, and packed in a thread of
their own. Both libraries are extras: who does not export animations does not need them.
"""

from __future__ import annotations

import io
import queue
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from engine.model.disk import write_whole
from engine.model.files import reason_of, shown_name
from engine.model.units import format_share
from widgets.canvas import CanvasView
from widgets.instruments.text import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.dialogs import Dialogs
    from app.workbench import Workbench

FRAMES: Final = 100
"""Pictures of an animation: a run of any length becomes ten seconds."""
RATE: Final = 10
"""Pictures a second."""
WIDTH: Final = 960
TALLEST: Final = 720
_MARGIN: Final = 32.0
_CAPTION: Final = 34
"""Height of the line with the time (px)."""
_AHEAD: Final = 6
"""Pictures that may wait to be packed."""
_PILLOW = ("PIL", "GIF and WebP need Pillow", "pip install 'windtunnel[animation]'")
_PYAV = ("av", "WebM needs PyAV", "pip install 'windtunnel[video]'")
_NEEDS: Final = {".gif": _PILLOW, ".webp": _PILLOW, ".webm": _PYAV}

Picture = tuple[int, int, bytes]
"""Width, height, and the pixels as RGB, row by row."""


def missing(suffix: str) -> str:
    """What has to be installed to write this kind of file, in one line; nothing where it is there."""
    if suffix not in _NEEDS:
        return f"an animation is a GIF, WebP or WebM file, not {suffix or 'one without a suffix'}"
    module, words, command = _NEEDS[suffix]
    return "" if find_spec(module) is not None else f"{words}, which is not installed: {command}"


def pack(suffix: str, pictures: Iterator[Picture]) -> bytes:
    """An animation of pictures, which are taken one after the other."""
    return _video(pictures) if suffix == ".webm" else _animated(suffix, pictures)


def _animated(suffix: str, pictures: Iterator[Picture]) -> bytes:
    """GIF or WebP."""
    from PIL import Image  # noqa: PLC0415 - an extra

    frames = (Image.frombytes("RGB", (width, height), data) for width, height, data in pictures)
    if suffix == ".gif":
        frames = (each.quantize(128, dither=Image.Dither.NONE) for each in frames)
    target = io.BytesIO()
    more: dict[str, Any] = (
        {"quality": 80, "method": 2} if suffix == ".webp" else {"optimize": False}
    )
    first = next(frames)
    first.save(
        target,
        format=suffix[1:].upper(),
        save_all=True,
        append_images=frames,
        duration=1000 // RATE,
        loop=0,
        **more,
    )
    return target.getvalue()


def _video(pictures: Iterator[Picture]) -> bytes:
    """WebM with VP9."""
    import av  # noqa: PLC0415 - an extra
    import numpy as np  # noqa: PLC0415

    target = io.BytesIO()
    with av.open(target, "w", format="webm") as container:
        stream = container.add_stream("libvpx-vp9", rate=RATE)
        stream.pix_fmt = "yuv420p"
        for number, (width, height, data) in enumerate(pictures):
            if number == 0:
                stream.width, stream.height = width, height
            pixels = np.frombuffer(data, dtype=np.uint8).reshape(height, width, 3)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return target.getvalue()


class _Packer:
    """Packs pictures in a thread as they come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pictures: queue.Queue[Picture | None] = queue.Queue()
        self._cancelled = False
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="windtunnel-animation")
        self._thread.start()

    @property
    def has_room(self) -> bool:
        """Whether it takes another picture."""
        return self._pictures.qsize() < _AHEAD

    @property
    def is_done(self) -> bool:
        """Whether it has ended, one way or the other."""
        return not self._thread.is_alive()

    def add(self, picture: Picture | None) -> None:
        """Take a picture; None is the end."""
        self._pictures.put(picture)

    def cancel(self) -> None:
        """Give up; nothing is written."""
        self._cancelled = True
        self._pictures.put(None)

    def _run(self) -> None:
        """Pack and write."""
        try:
            data = pack(self._path.suffix.lower(), self._taken())
            if not self._cancelled:
                write_whole(self._path, data)
        except Exception as error:  # noqa: BLE001 - whatever breaks is said in one line
            self.error = error

    def _taken(self) -> Iterator[Picture]:
        """The pictures, as they come."""
        while (picture := self._pictures.get()) is not None and not self._cancelled:
            yield picture


class AnimationExport(QObject):
    """One export at a time."""

    def __init__(self, bench: Workbench, dialogs: Dialogs) -> None:
        super().__init__(bench)
        self._bench, self._dialogs = bench, dialogs
        self._packer: _Packer | None = None
        self._view: CanvasView | None = None
        self._path: Path | None = None
        self._moments: list[float] = []
        self._next = 0
        self._cancelled = False
        self._timer = QTimer(self)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._step)
        bench.views.status.work.stop_clicked.connect(self.cancel)

    @property
    def is_busy(self) -> bool:
        """Whether one is under way."""
        return self._packer is not None

    def export(self) -> None:
        """Let the person choose a file, and write the run so far to it as an animation."""
        bench, past = self._bench, self._bench.travel.past
        if self.is_busy or len(past) < 2 or not bench.design.nodes:
            busy = "An animation is being written already."
            bench.views.status.flash(busy if self.is_busy else "Run the design first (Space).")
            return
        files = bench.services.files
        path = self._dialogs.animation_path(files.folder() / f"{files.file_stem()}.gif")
        if path is None:
            return
        if problem := missing(path.suffix.lower()):
            bench.say(f"{shown_name(path)} was not written: {problem}")
            return
        start, end = past.start, past.end
        frames = min(FRAMES, max(2, len(past) * 2))
        self._moments = [start + (end - start) * each / (frames - 1) for each in range(frames)]
        self._next, self._cancelled, self._path = 0, False, path
        self._view = CanvasView(bench.components, bench.look.theme, bench.look.icons)
        self._view.set_design(bench.design)
        self._packer = _Packer(path)
        self._timer.start()

    def cancel(self) -> None:
        """Give up; nothing is written."""
        if self._packer is not None and not self._cancelled:
            self._cancelled = True
            self._packer.cancel()

    def _step(self) -> None:
        """Paint the next picture, if it can be taken; say how far it is."""
        packer, view = self._packer, self._view
        if packer is None or view is None:
            self._timer.stop()
        elif packer.is_done:
            self._end(packer)
        elif self._cancelled or self._next > len(self._moments):
            return
        elif self._next == len(self._moments):
            packer.add(None)
            self._next += 1
        elif packer.has_room:
            moment = self._bench.travel.past.at(self._moments[self._next])
            if moment is None:  # another run has begun
                self.cancel()
                return
            view.show_past(moment)
            packer.add(self._picture(view, moment.at))
            self._next += 1
            share = self._next / len(self._moments)
            words = f"Writing the animation … {format_share(share)}"
            self._bench.views.status.work.show_work(words, can_stop=True)

    def _picture(self, view: CanvasView, instant: float) -> Picture:
        """The canvas at a moment, with the time below it."""
        theme, area = self._bench.look.theme, view.content_rect()
        scale = min(WIDTH / max(area.width() + 2 * _MARGIN, 1.0), 1.5)
        height = min(round((area.height() + 2 * _MARGIN) * scale), TALLEST)
        size = QSize(WIDTH, (height + _CAPTION) // 2 * 2)
        image = QImage(size, QImage.Format.Format_RGB888)
        image.fill(QColor(theme.canvas))
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            margin = _MARGIN * scale
            whole = QRectF(0.0, 0.0, size.width(), height)
            view.paint_design(painter, whole.adjusted(margin, margin, -margin, -margin))
            line = QRectF(16.0, height, size.width() - 32.0, _CAPTION)
            painter.setPen(QColor(theme.muted))
            font: QFont = self._bench.look.fonts.numbers(13)
            painter.setFont(font)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, instant_text(instant))
        bits, width = bytes(image.constBits()), size.width() * 3
        step = image.bytesPerLine()
        rows = [bits[row * step : row * step + width] for row in range(size.height())]
        return size.width(), size.height(), b"".join(rows)

    def _end(self, packer: _Packer) -> None:
        """It is written, or not."""
        self._timer.stop()
        self._packer = None
        if self._view is not None:
            self._view.deleteLater()
            self._view = None
        views = self._bench.views
        views.status.work.show_work("", can_stop=False)
        name = shown_name(self._path) if self._path is not None else ""
        if self._cancelled:
            views.status.flash(f"{name} was not written.")
        elif packer.error is not None:
            self._bench.say(f"{name} was not written: {_words(packer.error)}; choose another place")
        else:
            views.status.flash(f"Saved {name}")


def _words(error: Exception) -> str:
    """Why, in a line."""
    return reason_of(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
