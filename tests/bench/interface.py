"""The window: frames, the liveliness of the interface, first paint and opening a file.

Each measurement runs in a process of its own (`python -m tests.bench.scenes NAME`), without a display
unless one is asked for, and prints what it found as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from engine.model.files import load
from engine.run.pickling import dumped
from engine.run.session import Session
from tests.bench.designs import dense, grid, recorded, three_tiers
from tests.bench.row import Row

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 5.0


def scene(name: str, folder: Path, *arguments: object) -> dict[str, float]:
    """Run one measurement; `start` in the result is the wall time from its process's birth."""
    home = str(folder)
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "HOME": home}
    environment |= {"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "XDG_DATA_HOME": home}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's second start finds its byte code
    command = [sys.executable, "-m", "tests.bench.scenes", name, *map(str, arguments)]
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if "painted" in found:
        found["start"] = found["painted"] - begun
    return found


def file_of(raw: dict[str, object], path: Path) -> Path:
    """Store a raw design."""
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def measure(folder: Path) -> Iterator[Row]:
    """Everything about the window."""
    large = file_of(grid(300, 450), folder / "large.windtunnel")
    huge = file_of(grid(500, 800), folder / "huge.windtunnel")
    frames = max((scene("frames", folder, huge, 1000, SECONDS) for _ in range(2)), key=_fps)
    dots = round(frames["dots"])
    yield Row(f"500 nodes, 800 links, {dots} dots", frames["fps"], "frames/s", 60, "more")
    yield from _hands(folder, huge)
    yield Row("snapshots, 300 nodes, 30 a second", traffic(large), "MB/s", 2, "less")
    step = scene("zoom", folder, large)["median"]
    yield Row("zoom step, 300 nodes, 450 links", step, "ms", 16, "less")
    busy = file_of(three_tiers(10_000_000), folder / "busy.windtunnel")
    idle = scene("timer", folder, busy, SECONDS, "idle")
    runs = [scene("timer", folder, busy, SECONDS, "unlimited") for _ in range(5)]
    loaded = sorted(runs, key=lambda run: run["p99"])[2]
    share = round(loaded["cores"] * 100)
    yield Row(f"16 ms timer p99, engine at {share} % of a core", loaded["p99"], "ms", 20, "less", idle["p99"], "paused")  # fmt: skip
    starts = [(scene("bare", folder)["start"], scene("window", folder)["start"]) for _ in range(6)]
    bare, window = (min(times) for times in zip(*starts, strict=True))
    yield Row("first paint", window, "s", 1.6 * bare, "less", bare, "bare PySide6 + pyqtgraph")
    medium = file_of(grid(200, 300), folder / "medium.windtunnel")
    small = file_of(grid(5, 5), folder / "small.windtunnel")
    opened = min(scene("open", folder, medium)["seconds"] for _ in range(2))
    five = scene("open", folder, small)["seconds"]
    shop = ROOT / "saved_designs" / "flash-sale.windtunnel"
    looks = [scene("scrub", folder, shop, length)["p95"] for length in (600, 60)]
    yield Row(
        "looking back in 10 minutes, processor time",
        looks[0],
        "ms",
        50,
        "less",
        looks[1],
        "in one minute",
    )
    yield Row("opening 200 nodes", opened, "s", 0.5, "less", five, "opening 5 nodes")
    recording = file_of(recorded(200_000), folder / "recorded.windtunnel")
    turn = scene("gaps", folder, "edited", recording)["own"]
    yield Row("longest turn, 200 000 arrivals edited, processor time", turn, "ms", 50, "less")
    broken = grid(60, 74)
    broken["scenario"] |= {"duration": 6, "warmup": 1}
    study = file_of(broken, folder / "broken.windtunnel")
    turn = scene("gaps", folder, "resumed", study)["own"]
    yield Row("longest turn, 405 runs resumed, processor time", turn, "ms", 50, "less")
    for name, raw in (
        ("9 nodes and 6000 links", dense(8, 6000)),
        ("2000 nodes and 4000 links", grid(2000, 4000)),
    ):
        path = file_of(raw, folder / "many.windtunnel")
        turn = min(scene("gaps", folder, "opened", path)["own"] for _ in range(2))
        yield Row(f"longest turn, {name} opened, processor time", turn, "ms", 50, "less")


def _fps(found: dict[str, float]) -> float:
    """Other programs can only make it slower."""
    return found["fps"]


def _hands(folder: Path, huge: Path) -> Iterator[Row]:
    """What hands do to a design of 500 nodes."""
    edit = scene("edit", folder, huge)["median"]
    yield Row("edit to screen, 500 nodes, processor time", edit, "ms", 50, "less")
    drag = scene("drag", folder, huge)["median"]
    yield Row("drag to screen, 500 nodes, processor time", drag, "ms", 33, "less")


def traffic(path: Path) -> float:
    """What a run at the pace of the wall clock says in a second (MB), at 30 snapshots."""
    session = Session(load(path))
    sizes = []
    for tick in range(1, 181):
        session.advance(tick / 30.0)
        sizes.append(len(dumped(session.snapshot())))
    return sum(sizes[-90:]) / 3e6
