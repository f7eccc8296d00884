"""The real process: it answers, gives the same numbers, and is gone when it should be."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.model.design import Design
from engine.run.protocol import (
    Ack,
    Failed,
    Measured,
    Pause,
    Progress,
    Report,
    Run,
    SetSpeed,
    StartOver,
    StepTime,
)
from engine.run.session import Session
from engine.run.transport import WorkerTransport

SHOP = Design.model_validate(
    {
        "nodes": [
            {"id": "users", "kind": "client", "config": {"arrivals": {"process": "poisson", "rate": 80}}},
            {"id": "web", "kind": "service", "config": {"workers": 2}},
        ],
        "links": [{"id": "users-web", "source": "users", "target": "web"}],
        "scenario": {"duration": 30, "warmup": 3, "seed": 3},
    }
)  # fmt: skip

_ORPHAN = """
import os, sys
from engine.run.transport import WorkerTransport
if __name__ == "__main__":
    transport = WorkerTransport()
    print(transport.pid, flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def transport() -> Iterator[WorkerTransport]:
    made = WorkerTransport()
    yield made
    made.close()


def reports(transport: WorkerTransport, until: Callable[[Report], bool]) -> list[Report]:
    """Everything said up to the first report that fits; acknowledges snapshots as the app does."""
    said: list[Report] = []
    for _ in range(200_000):
        transport.wait(1.0)
        for report in transport.poll():
            said.append(report)
            if isinstance(report, Progress):
                transport.send(Ack())
            if until(report):
                return said
    pytest.fail("it never came")


def test_the_hash_is_that_of_a_session_in_this_process(transport: WorkerTransport) -> None:
    session = Session(SHOP)
    session.advance(SHOP.scenario.duration)
    for command in (StartOver(SHOP), StepTime(0.5), SetSpeed(100.0), Run()):
        transport.send(command)
    reports(transport, lambda each: isinstance(each, Progress) and each.snapshot.time > 5.0)
    transport.send(Pause())
    reports(transport, lambda each: isinstance(each, Progress) and not each.running)
    transport.send(SetSpeed(float("inf")))
    transport.send(Run())
    measured = reports(transport, lambda each: isinstance(each, Measured))[-1]
    assert measured.result["hash"] == session.result()["hash"]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads the process's maps")
def test_the_child_never_loads_qt(transport: WorkerTransport) -> None:
    transport.send(StartOver(SHOP))
    reports(transport, lambda each: isinstance(each, Progress))
    assert "Qt6" not in Path(f"/proc/{transport.pid}/maps").read_text()


def test_a_killed_process_is_one_report_with_the_reason(transport: WorkerTransport) -> None:
    transport.send(StartOver(SHOP))
    reports(transport, lambda each: isinstance(each, Progress))
    os.kill(transport.pid, signal.SIGKILL)
    failed = reports(transport, lambda each: isinstance(each, Failed))[-1]
    assert "signal 9" in failed.message
    assert not transport.alive
    assert transport.poll() == []
    transport.send(Run())  # nobody listens, and nothing happens


def test_a_design_and_reports_larger_than_the_pipe_do_not_block(transport: WorkerTransport) -> None:
    nodes = [
        {"id": f"n{i}", "kind": "service", "name": "x" * 150, "config": {"workers": 2}}
        for i in range(2000)
    ]
    large = SHOP.model_copy(update={"description": "d" * 90_000})
    large = Design.model_validate(large.model_dump(mode="json", by_alias=True) | {"nodes": [*large.model_dump(mode="json")["nodes"], *nodes]})  # fmt: skip
    transport.send(StartOver(SHOP))
    transport.send(Run())
    for _ in range(5):
        transport.send(StartOver(large))
        transport.send(Run())
    said = reports(
        transport, lambda each: isinstance(each, Progress) and "n1999" in each.snapshot.gauges
    )
    assert not any(isinstance(each, Failed) for each in said)


def test_closing_ends_the_process_even_when_it_runs_flat_out() -> None:
    transport = WorkerTransport()
    for command in (StartOver(SHOP), SetSpeed(float("inf")), Run()):
        transport.send(command)
    reports(transport, lambda each: isinstance(each, Progress) and each.running)
    transport.close().join()
    with pytest.raises(ProcessLookupError):
        os.kill(transport.pid, 0)
    transport.close()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits by process descriptor")
def test_it_ends_with_its_parent() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    watch = os.pidfd_open(pid)
    parent.communicate("\n")
    ended, _, _ = select.select([watch], [], [], 20.0)
    os.close(watch)
    assert ended, "the child outlived its parent"
