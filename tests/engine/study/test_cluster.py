"""The same study on a Dask cluster: a real scheduler and two real workers, one of which is killed."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli.main import run as command_line
from engine.model.files import save
from engine.study import ExecutorError, Replicate, Storage, StudyRun, make_executor
from engine.study.cluster import ClusterExecutor
from tests.engine.study.helpers import conclude, outcomes, shop, variant

# Looked for, not loaded: that takes a second, in each process that collects tests.
if importlib.util.find_spec("distributed") is None:
    pytest.skip("needs the extra for clusters", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[3]
STUDY = Replicate(variant(duration=60.0), seeds=30)


class Cluster:
    """A scheduler and its workers, as somebody would start them in a terminal."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self._folder = folder
        self._processes = [
            self._start("dask_scheduler", "--port", "0", "--host", "127.0.0.1", "--no-show")
        ]
        while not self.file.exists() or not self.file.read_text():
            assert self._processes[0].poll() is None, "the scheduler ended"
            time.sleep(0.05)
        self.address = str(json.loads(self.file.read_text())["address"])
        self.workers = [self._worker() for _ in range(2)]

    def _worker(self) -> subprocess.Popen[bytes]:
        options = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
        return self._start("dask_worker", *options, "--local-directory", str(self._folder))

    def _start(self, module: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *options, "--no-dashboard"]
        process = subprocess.Popen(
            [*command, "--scheduler-file", str(self.file)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if module == "dask_worker":
            self._processes.append(process)
        return process

    def stop_scheduler(self) -> None:
        self._processes[0].kill()

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.close()


def test_a_killed_worker_loses_nothing_and_changes_nothing(
    cluster: Cluster, tmp_path: Path
) -> None:
    run = StudyRun(STUDY, make_executor(cluster=cluster.address), Storage(tmp_path / "kept"))
    killed = False
    while not run.over:
        run.poll()
        if run.done >= 8 and not killed:
            cluster.workers[0].send_signal(signal.SIGKILL)
            killed = True
        run.wait(0.2)
    assert killed
    assert (run.done, run.failed) == (30, 0)
    assert run.report().hash == conclude(STUDY).hash
    with Storage(tmp_path / "kept") as storage:
        here = outcomes(STUDY)
        assert {
            key: each.result and each.result["hash"] for key, each in storage.outcomes.items()
        } == {key: each.result and each.result["hash"] for key, each in here.items()}


def test_the_command_line_takes_an_address(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.windtunnel"
    save(shop(), file)
    arguments = ["study", "replicate", str(file), "--seeds", "4", "--json", "-"]
    assert command_line([*arguments, "--cluster", cluster.address]) == 0
    there = json.loads(capsys.readouterr().out)
    assert command_line([*arguments, "--processes", "2"]) == 0
    assert there == json.loads(capsys.readouterr().out)


def test_a_lost_scheduler_is_said_in_one_line(cluster: Cluster) -> None:
    executor = ClusterExecutor(cluster.address)
    executor.submit([variant(duration=1e6).point(1)])
    cluster.stop_scheduler()

    def until_it_says_so() -> None:
        while True:
            assert executor.poll() == []
            executor.wait(0.2)

    with pytest.raises(ExecutorError, match="the cluster is lost"):
        until_it_says_so()
    executor.close()


def test_an_address_where_nobody_answers_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "shop.windtunnel"
    save(shop(), file)
    for address in ("tcp://127.0.0.1:9", "garbage", "nonsense://x", "127.0.0.1:notaport"):
        arguments = ["study", "replicate", str(file), "--cluster", address]
        assert command_line(arguments) == 2
        captured = capsys.readouterr()
        assert captured.err.startswith(f"windtunnel: {address}: no Dask scheduler answers there")
        assert captured.err.count("\n") == 1


def test_without_the_extra_it_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExecutorError, match=r"windtunnel\[cluster\]"):
        make_executor(cluster="tcp://127.0.0.1:8786")
