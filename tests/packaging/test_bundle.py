"""The frozen application: it starts, it is whole, it computes the same, and it is small enough."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.catalog import COMPONENTS
from engine.model.files import load
from engine.run.session import Session
from engine.study import Replicate, Variant, run_point

ROOT = Path(__file__).resolve().parents[2]
MAX_UNPACKED = 180_000_000
MAX_ARCHIVE = 80_000_000

pytestmark = [
    pytest.mark.frozen,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]


@dataclass(frozen=True)
class Bundle:
    """What `make bundle` made, and how to run it like somebody who has nothing else installed."""

    app: Path
    archive: Path
    home: Path
    told: str
    """What was printed while it was made, its self-test included."""

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
            **more,
        }

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.app / "windtunnel"), *arguments],
            cwd=self.home,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )


@pytest.fixture(scope="module")  # one build serves all: `make test` keeps files on one worker
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    if importlib.util.find_spec("PyInstaller") is None or shutil.which("cc") is None:
        pytest.skip("needs PyInstaller and a C compiler")
    dist = tmp_path_factory.mktemp("dist")
    # Packed in a hurry, which makes a larger archive than the one that is given away: if this one is small
    # enough, that one is.
    options = ["--dist", str(dist), "--preset", "0"]
    result = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "bundle.py"), *options],
        env={**os.environ, "HOME": str(dist)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    (archive,) = dist.glob("*.tar.xz")
    return Bundle(dist / "windtunnel", archive, tmp_path_factory.mktemp("home"), result.stdout)


def test_it_is_small(bundle: Bundle) -> None:
    files = [p for p in bundle.app.rglob("*") if p.is_file() and not p.is_symlink()]
    assert sum(p.stat().st_size for p in files) <= MAX_UNPACKED
    assert bundle.archive.stat().st_size <= MAX_ARCHIVE


def test_it_is_whole(bundle: Bundle) -> None:
    inside = bundle.app / "_internal"
    shipped = {path.name for path in (ROOT / "saved_designs").glob("*.windtunnel")}
    assert {path.name for path in (inside / "saved_designs").glob("*.windtunnel")} == shipped
    assert any((inside / "assets").rglob("*.svg"))
    assert any((inside / "licences").iterdir())
    assert not [p for p in inside.rglob("*") if p.is_symlink() and not p.exists()]


def test_it_tests_itself(bundle: Bundle) -> None:
    checks = [line for line in bundle.told.splitlines() if line.startswith(("ok ", "FAILED "))]
    assert len(checks) >= 4
    assert all(line.startswith("ok ") for line in checks)
    said = "\n".join(checks)
    assert f"components: {len(COMPONENTS)} " in said
    assert "request lane: compiled" in said
    assert "window: " in said


@pytest.mark.parametrize("lane", ["compiled", "interpreted"])
def test_it_computes_what_the_sources_compute(bundle: Bundle, lane: str) -> None:
    path = ROOT / "saved_designs" / "hello.windtunnel"
    result = bundle.run("simulate", str(path), "--json", "-", "--quiet", WINDTUNNEL_LANE=lane)
    assert result.returncode in {0, 1}, result.stderr
    session = Session(load(path))
    session.advance(session.design.scenario.duration)
    assert json.loads(result.stdout)["hash"] == session.result()["hash"]


def test_it_studies_with_processes_of_its_own(bundle: Bundle) -> None:
    path = ROOT / "saved_designs" / "hello.windtunnel"
    options = ("--seeds", "4", "--processes", "2", "--json", "-")
    result = bundle.run("study", "replicate", str(path), *options)
    assert result.returncode == 0, result.stderr
    study = Replicate(Variant.of(load(path)), seeds=4)
    outcomes = {point.key: run_point(point) for point in study.points({})}
    assert json.loads(result.stdout)["hash"] == study.conclude(outcomes).hash


@pytest.mark.parametrize(
    ("options", "extra"),
    [(("--cluster", "tcp://localhost:9"), "cluster"), (("--parquet", "runs.parquet"), "parquet")],
)
def test_it_leaves_the_extras_of_studies_out(
    bundle: Bundle, options: tuple[str, str], extra: str
) -> None:
    path = ROOT / "saved_designs" / "hello.windtunnel"
    result = bundle.run("study", "replicate", str(path), *options)
    assert result.returncode == 2
    assert f"windtunnel[{extra}]" in result.stderr


@pytest.mark.parametrize("module", ["PIL", "av", "pyarrow", "distributed"])
def test_it_carries_no_extra(bundle: Bundle, module: str) -> None:
    assert list(bundle.app.rglob(module)) == []


def test_it_refuses_bad_input_in_one_line(bundle: Bundle, tmp_path: Path) -> None:
    bad = tmp_path / "bad.windtunnel"
    bad.write_text("{")
    result = bundle.run("simulate", str(bad))
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert "bad.windtunnel" in result.stderr


def test_its_window_opens_on_an_x_server(bundle: Bundle, tmp_path: Path) -> None:
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        pytest.skip("needs Xvfb and xdotool")
    read, write = os.pipe()
    screen = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(screen, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    app = None
    try:
        with os.fdopen(read) as pipe:
            display = f":{pipe.readline().strip()}"
        environment = bundle.environment(DISPLAY=display, QT_QPA_PLATFORM="xcb")
        log = (tmp_path / "log").open("w+")
        app = subprocess.Popen(
            [str(bundle.app / "windtunnel")], env=environment, stdout=log, stderr=log
        )
        search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "Windtunnel"]
        found = subprocess.run(
            search, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert found.stdout.strip(), (tmp_path / "log").read_text()
        assert app.poll() is None
    finally:
        for process in (app, server):
            if process is not None:
                process.terminate()
                process.wait(timeout=20)
        if app is not None:
            log.close()
