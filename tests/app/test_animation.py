"""The run as an animation: what is missing is one line, what is there is written, and Cancel writes nothing."""

from __future__ import annotations

from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from app import animation
from app.animation import AnimationExport, missing
from app.views import build_views
from engine.catalog import COMPONENTS
from engine.model.design import Design
from engine.run.session import Session
from tests.helpers.fakes import FakeDialogs
from widgets.instruments import Past
from widgets.theme import ThemeManager

DESIGN = Design.model_validate(
    {
        "title": "Shop",
        "nodes": [
            {"id": "users", "kind": "client", "config": {"arrivals": {"process": "poisson", "rate": 50}}},
            {"id": "web", "kind": "service", "x": 300},
        ],
        "links": [{"id": "a", "source": "users", "target": "web"}],
    }
)  # fmt: skip


class Bench(animation.QObject):
    """As much of a window as an animation needs, with a run of ten seconds behind it."""

    def __init__(self, qapp, folder) -> None:
        super().__init__()
        self.look = ThemeManager(qapp, "dark")
        self.views = build_views(COMPONENTS, self.look)
        self.components = {each.kind: each for each in COMPONENTS}
        self.design = DESIGN
        self.travel = SimpleNamespace(past=Past())
        self.services = SimpleNamespace(
            files=SimpleNamespace(folder=lambda: folder, file_stem=lambda: "shop")
        )
        self.said: list[str] = []
        session = Session(DESIGN)
        session.snapshot()
        while session.now < 10.0:
            session.advance(session.now + 1.0)
            self.travel.past.add(session.snapshot())

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def bench(qapp, tmp_path) -> Bench:
    return Bench(qapp, tmp_path)


@pytest.fixture
def dialogs() -> FakeDialogs:
    return FakeDialogs()


def packed(suffix, pictures) -> bytes:
    """Stands in for a library: the sizes of the pictures."""
    return b"\n".join(b"%d %d %d" % (width, height, len(data)) for width, height, data in pictures)


def test_what_is_not_installed_is_one_line_with_what_to_do(
    bench, dialogs, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(animation, "find_spec", lambda _name: None)
    export = AnimationExport(bench, dialogs)
    for suffix, words in ((".gif", "Pillow"), (".webp", "Pillow"), (".webm", "PyAV")):
        dialogs.to_export = tmp_path / f"shop{suffix}"
        export.export()
        assert words in bench.said[-1]
        assert "pip install" in bench.said[-1]
        assert "\n" not in bench.said[-1]
        assert not dialogs.to_export.exists()
    assert "not .mp4" in missing(".mp4")


def test_every_moment_becomes_a_picture_and_the_progress_is_said(
    bench, dialogs, tmp_path, monkeypatch, qtbot
) -> None:
    monkeypatch.setattr(animation, "missing", lambda _suffix: "")
    monkeypatch.setattr(animation, "pack", packed)
    dialogs.to_export = tmp_path / "shop.gif"
    export = AnimationExport(bench, dialogs)
    export.export()
    assert export.is_busy
    said: list[str] = []
    qtbot.waitUntil(lambda: said.append(bench.views.status.work.text) or not export.is_busy)
    assert any("Writing the animation" in each for each in said)
    lines = dialogs.to_export.read_text().splitlines()
    assert len(lines) == 20
    width, height, size = map(int, lines[0].split())
    assert (width, size) == (animation.WIDTH, width * height * 3)
    assert len(set(lines)) == 1
    assert bench.views.status.left_text == "Saved shop.gif"


def test_cancel_writes_nothing(bench, dialogs, tmp_path, monkeypatch, qtbot) -> None:
    monkeypatch.setattr(animation, "missing", lambda _suffix: "")
    monkeypatch.setattr(animation, "pack", packed)
    dialogs.to_export = tmp_path / "shop.gif"
    export = AnimationExport(bench, dialogs)
    export.export()
    bench.views.status.work.stop_clicked.emit()
    qtbot.waitUntil(lambda: not export.is_busy)
    assert not dialogs.to_export.exists()
    assert "was not written" in bench.views.status.left_text


def test_what_breaks_is_one_line(bench, dialogs, tmp_path, monkeypatch, qtbot) -> None:
    monkeypatch.setattr(animation, "missing", lambda _suffix: "")
    monkeypatch.setattr(animation, "pack", packed)
    dialogs.to_export = tmp_path / "nowhere" / "shop.gif"
    export = AnimationExport(bench, dialogs)
    export.export()
    qtbot.waitUntil(lambda: not export.is_busy)
    assert "shop.gif was not written" in bench.said[0]


@pytest.mark.parametrize(
    ("suffix", "head", "module"),
    [(".gif", b"GIF8", "PIL"), (".webp", b"RIFF", "PIL"), (".webm", b"\x1aE\xdf\xa3", "av")],
)
def test_the_real_libraries_write_real_files(
    bench, dialogs, tmp_path, monkeypatch, qtbot, suffix, head, module
) -> None:
    if find_spec(module) is None:
        pytest.skip(f"{module} is an extra")
    monkeypatch.setattr(animation, "FRAMES", 5)
    dialogs.to_export = tmp_path / f"shop{suffix}"
    export = AnimationExport(bench, dialogs)
    export.export()
    qtbot.waitUntil(lambda: not export.is_busy, timeout=30_000)
    assert bench.said == []
    assert dialogs.to_export.read_bytes().startswith(head)
    assert dialogs.to_export.stat().st_size > 2000
