"""How commands end: by signals in the middle of a storm, with output that nobody takes, and by faults of ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from engine.cli import checking
from engine.cli.ending import DEBUG, ended
from engine.cli.main import run
from tests.helpers.builders import client, constant, link, node, raw_design

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")

_DEADLINE = 60.0
"""Wall seconds for what takes a fraction of one, on a machine that is busy with other things."""
_READY = """
import sys
import time
from engine.run.session import Session
heed, looks = Session._heed, [0]
def first(self):
    looks[0] += 1
    if looks[0] == 20:
        print("under way", file=sys.stderr, flush=True)
    return heed(self)
Session._heed = first
from app.__main__ import main
if __name__ == "__main__":
    sys.exit(main())
"""


def users(arrivals: dict[str, Any]) -> dict[str, Any]:
    return node("users", "client", arrivals=arrivals)


def storm(arrivals: dict[str, Any], **service: Any) -> dict[str, Any]:
    nodes = [users(arrivals), node("web", "service", **service)]
    return raw_design(nodes, [link("users", "web")], duration=1e6)


DEAD = {"workers": 1, "queue_limit": 0, "service_time": constant(1e6)}
STORMS = {
    "no think time": storm({"process": "closed", "users": 10, "think_time": 0.0}, service_time=constant(1e-9)),
    "a think time that time does not notice": storm({"process": "closed", "users": 9, "think_time": 1e-300}, service_time=constant(1e-300)),
    "a billion requests a second": storm({"process": "poisson", "rate": 1e9}, **DEAD),
    "a million users": storm({"process": "closed", "users": 1_000_000, "think_time": 1e-3}, service_time=constant(1e-3)),
    "bursts of no length": storm({"process": "mmpp", "rate": 1.0, "burst_mean": 1e-300, "calm_mean": 1e-300}),
    "a recording played a million times over": raw_design(
        [users({"process": "trace", "times": [0.1], "factor": 1e6, "repeat": 1.0}), node("web", "service", **DEAD)],
        [link("users", "web")],
        duration=1e6,
        events=[{"at": 0, "target": "users", "change": "traffic", "factor": 1e6}],
    ),
    "calls that multiply": raw_design(
        [client("users", 1.0), *(node(name, "service", service_time=constant(0.0)) for name in "abc")],
        [link("users", "a"), link("a", "b", times=1000), link("b", "c", times=1000)],
        duration=1e6,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "number"),
    [*((name, signal.SIGINT) for name in STORMS), ("no think time", signal.SIGTERM)],
)
def test_a_signal_ends_a_run_in_any_storm(
    tmp_path: Path, name: str, number: signal.Signals
) -> None:
    path = tmp_path / "storm.windtunnel"
    path.write_text(json.dumps(STORMS[name]))
    words = [sys.executable, "-c", _READY, "simulate", str(path), "--quiet"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "under way\n"
        process.send_signal(number)
        _, said = process.communicate(timeout=_DEADLINE)
    assert process.returncode == 128 + number
    assert said == f"windtunnel: {'interrupted' if number == signal.SIGINT else 'told to end'}\n"


def test_a_signal_ends_a_study_and_all_its_processes(tmp_path: Path) -> None:
    path, kept = tmp_path / "storm.windtunnel", tmp_path / "kept"
    path.write_text(json.dumps(STORMS["no think time"]))
    words = [
        sys.executable, "-m", "app", "study", "replicate", str(path), "--processes", "2",
        "--output", str(kept),
    ]  # fmt: skip
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        while not _children(process.pid):
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody hears it
        out, said = process.communicate(timeout=_DEADLINE)  # until nobody holds the pipes
    assert process.returncode == 130
    assert "Traceback" not in out + said


def _children(pid: int) -> list[str]:
    """Processes of a process, where the system says so."""
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    return tasks.read_text().split() if tasks.exists() else ["unknown"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.windtunnel"
    nodes = [client("users", 50), node("web", "service", workers=4)]
    path.write_text(json.dumps(raw_design(nodes, [link("users", "web")], duration=5, warmup=0)))
    return path


def commands(shop: Path) -> dict[str, list[str]]:
    file = str(shop)
    return {
        "simulate": ["simulate", file],
        "json": ["simulate", file, "--json", "-"],
        "theory": ["theory", file],
        "check": ["check", file],
        "schema": ["schema"],
        "replicate": ["study", "replicate", file, "--seeds", "2", "--processes", "1"],
        "help": ["--help"],
    }


@pytest.mark.parametrize("name", list(commands(Path())))
def test_output_that_nobody_reads_any_more_is_no_failure(shop: Path, name: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "app", *commands(shop)[name]],
        stdout=writer, stderr=subprocess.PIPE, text=True, timeout=_DEADLINE, check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
@pytest.mark.parametrize("name", list(commands(Path())))
def test_a_full_disk_is_one_line(shop: Path, name: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "app", *commands(shop)[name]],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=_DEADLINE, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == (
        "windtunnel: the output: cannot be written: no space left on device; choose another place\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="there is no way to begin with a closed output")
@pytest.mark.parametrize("name", list(commands(Path())))
def test_a_closed_output_is_refused_where_something_is_to_be_written_there(
    shop: Path, name: str
) -> None:
    command = [sys.executable, "-m", "app", *commands(shop)[name]]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command],
        stderr=subprocess.PIPE, text=True, timeout=_DEADLINE, check=False,
    )  # fmt: skip
    said = "windtunnel: the output: cannot be written: it is closed; choose another place\n"
    wanted = (2, said) if name in ("json", "schema") else (0, "")
    assert (done.returncode, done.stderr) == wanted


def test_a_fault_of_ours_is_one_line_and_has_its_own_code(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_file: Path, _json_out: str | None) -> int:
        msg = "two\nlines"
        raise RuntimeError(msg)

    monkeypatch.setattr(checking, "check_file", fail)
    assert run(["check", str(shop)]) == 3
    said = capsys.readouterr().err
    assert said.startswith("windtunnel: unexpected error: RuntimeError: two lines; this is a fault")
    assert said.count("\n") == 1
    monkeypatch.setenv(DEBUG, "1")
    assert run(["check", str(shop)]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_a_signal_while_something_goes_away_is_not_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """Python would print what is raised then, and go on."""

    class Leaving:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def act() -> int:
        Leaving()
        for _ in range(int(_DEADLINE / 0.01)):
            time.sleep(0.01)
        return 0

    assert ended(act) == 130
    assert capsys.readouterr().err == "windtunnel: interrupted\n"


def test_a_signal_amid_a_validation_waits_for_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Raised in the middle of it, it would have pydantic's core print of a panic."""
    looked_at: list[int] = []

    class Slow(BaseModel):
        values: list[int]

        @field_validator("values")
        @classmethod
        def look(cls, values: list[int]) -> list[int]:
            signal.raise_signal(signal.SIGTERM)
            looked_at.extend(values)
            return values

    def act() -> int:
        Slow(values=[1, 2])
        for _ in range(int(_DEADLINE / 0.01)):
            time.sleep(0.01)
        return 0

    assert ended(act) == 128 + signal.SIGTERM
    assert looked_at == [1, 2]
    assert capsys.readouterr().err == "windtunnel: told to end\n"
