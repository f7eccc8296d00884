"""Going back in a run: the same again without new commands, another run with one, and as it was when cancelled."""

from __future__ import annotations

import math
import time

import pytest

from engine.model.design import Design
from engine.model.edits import SetDesign, SetField
from engine.run.protocol import (
    Ack,
    ApplyEdit,
    CancelRewind,
    Measured,
    Progress,
    Recorded,
    Rewind,
    Rewinding,
    Rewound,
    Run,
    SetLoad,
    SetSpeed,
    StartOver,
    StepRequest,
    StepTime,
    TakeJournal,
)
from engine.run.rewinding import Rewinding as Replay
from engine.run.session import Session
from engine.run.worker import Worker

SHOP = Design.model_validate(
    {
        "nodes": [
            {"id": "users", "kind": "client", "config": {"arrivals": {"process": "poisson", "rate": 80}}},
            {"id": "web", "kind": "service", "config": {"instances": 2, "workers": 2}},
            {"id": "db", "kind": "sql_database"},
        ],
        "links": [
            {"id": "users-web", "source": "users", "target": "web", "config": {"timeout": 0.5}},
            {"id": "web-db", "source": "web", "target": "db"},
        ],
        "scenario": {
            "duration": 60,
            "warmup": 5,
            "seed": 7,
            "events": [{"at": 12, "duration": 4, "target": "db", "change": "slow", "factor": 5}],
        },
    }
)  # fmt: skip
KILL = {"at": 40.0, "target": "web", "change": "kill"}


def with_kill(design: Design) -> SetDesign:
    events = [
        event.model_dump(by_alias=True, exclude_unset=True) for event in design.scenario.events
    ]
    return SetDesign(("scenario", "events"), [*events, KILL])


class Bench:
    """A worker driven by hand, as fast as it can."""

    def __init__(self, design: Design = SHOP) -> None:
        self.said: list[object] = []
        self.worker = Worker(self.said.append, time.perf_counter)
        self.tell(StartOver(design), SetSpeed(math.inf))

    def tell(self, *commands: object) -> None:
        for command in commands:
            self.worker.handle(command)

    def until(self, kind: type) -> object:
        """Turn the loop until something of a kind is said."""
        seen = len(self.said)
        for _ in range(100_000):
            self.worker.turn()
            self.tell(Ack())
            for said in self.said[seen:]:
                if isinstance(said, kind):
                    return said
        pytest.fail(f"no {kind.__name__}")

    def hash(self) -> object:
        """The hash of the run, taken to its end."""
        self.tell(Run())
        return self.until(Measured).result["hash"]

    def go_back(self, until: float) -> Rewound:
        self.tell(Rewind(until))
        return self.until(Rewound)


def lived() -> Bench:
    """A run with a few commands on its way, past its end."""
    bench = Bench()
    bench.tell(StepTime(20.0))
    while bench.worker._session.now < 20.0:
        bench.worker.turn()
        bench.tell(Ack())
    bench.tell(SetLoad(1.4), StepRequest(), ApplyEdit(SetField("web", ("config", "workers"), 3)))
    return bench


def test_going_back_without_new_commands_is_the_same_run() -> None:
    bench = lived()
    wanted = bench.hash()
    for until in (33.0, 59.9, 24.6):
        assert bench.go_back(until) == Rewound(until)
        assert bench.worker._session.now == until
        assert bench.hash() == wanted


def test_going_back_with_a_kill_is_what_a_fresh_run_with_it_is() -> None:
    bench = Bench()
    calm = bench.hash()
    assert bench.go_back(30.0).at == 30.0
    bench.tell(ApplyEdit(with_kill(SHOP)))
    killed = bench.hash()
    assert killed != calm
    fresh = Session(with_kill(SHOP).apply(SHOP).design)
    fresh.advance(60.0)
    assert fresh.result()["hash"] == killed


def test_the_journal_of_the_new_run_repeats_it() -> None:
    from engine.run.journal_file import loads

    bench = lived()
    bench.hash()
    bench.go_back(45.0)
    bench.tell(ApplyEdit(SetField("db", ("config", "connections"), 1)))
    wanted = bench.hash()
    bench.tell(TakeJournal())
    recorded = bench.said[-1]
    assert isinstance(recorded, Recorded)
    again = Session.replay(loads(recorded.text))
    assert again.result()["hash"] == wanted


def test_a_run_that_goes_back_says_how_far_it_is_and_can_be_left_as_it_was() -> None:
    bench = lived()
    bench.tell(Run())
    before = bench.worker._session
    bench.tell(Rewind(15.0), CancelRewind())
    assert bench.said[-1] == Rewound(None)
    assert bench.worker._session is before
    bench.tell(Rewind(15.0))
    shares = []
    while not any(isinstance(each, Rewound) and each.at for each in bench.said):
        bench.worker.turn()
    shares = [each.share for each in bench.said if isinstance(each, Rewinding)]
    assert shares == sorted(shares)
    assert bench.worker._session is not before
    assert isinstance(bench.until(Progress).snapshot.time, float)
    assert not [each for each in bench.said if isinstance(each, Rewound) and each.problem]


def test_what_was_noticed_before_is_not_told_again() -> None:
    bench = Bench()
    bench.hash()
    bench.go_back(30.0)
    snapshot = bench.until(Progress).snapshot
    assert snapshot.time >= 30.0
    assert all(notice.at >= 30.0 for notice in snapshot.notices)
    assert all(sample.start >= 30.0 for sample in snapshot.samples)


def test_later_changes_are_in_force_from_there_on_and_the_dial_stands_where_it_stands() -> None:
    bench = lived()
    bench.hash()
    bench.go_back(10.0)
    session = bench.worker._session
    assert session.design.node_by_id["web"].config["workers"] == 3
    assert session._load == 1.4


def test_a_slice_ends_when_its_time_is_over() -> None:
    wall = 0.0

    def clock() -> float:
        nonlocal wall
        wall += 0.001
        return wall

    session = Session(SHOP)
    session.advance(50.0)
    replay = Replay(session.journal(), 50.0, 1e9, clock)
    slices = 0
    while not replay.advance():
        slices += 1
        assert 0.0 <= replay.share < 1.0
    assert slices > 1
    assert replay.session.now == 50.0
