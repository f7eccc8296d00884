"""Small studies, and an executor that needs no processes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from engine.model.design import Design
from engine.study import Outcome, Point, Report, Study, StudyRun, Variant, run_point
from tests.helpers.builders import client, design, exponential, link, node

outcome_of = lru_cache(300)(run_point)
"""What becomes of a point, which is data: many studies here repeat the runs of others. That twice is the same as once
is looked at where results are: `tests/engine/sim/test_determinism.py`, and by studies that other processes compute."""


class Inline:
    """Computes in this process: one point a poll, the last first, so that no order is taken for granted."""

    def __init__(self) -> None:
        self.waiting: list[Point] = []
        self.ran: list[Point] = []
        self.closed = False

    def submit(self, points: Sequence[Point]) -> None:
        self.waiting += points

    def poll(self) -> list[Outcome]:
        if not self.waiting:
            return []
        self.ran.append(self.waiting.pop())
        return [outcome_of(self.ran[-1])]

    def wait(self, seconds: float) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def outcomes(study: Study) -> dict[str, Outcome]:
    """What becomes of all points of a study."""
    run = StudyRun(study, Inline())
    while not run.over:
        run.poll()
    return run.outcomes


def conclude(study: Study) -> Report:
    return study.conclude(outcomes(study))


def shop(rate: float = 60.0, duration: float = 30.0, **more: object) -> Design:
    """M/M/2 at 60 % and a client."""
    nodes = [
        client("users", rate),
        node("web", "service", workers=2, service_time=exponential(0.02)),
    ]
    wanted = {"title": "Shop", "duration": duration, "warmup": duration / 6, "seed": 5} | more
    return design(nodes, [link("users", "web")], **wanted)


def variant(*settings: str, **more: object) -> Variant:
    return Variant.of(shop(**more), *settings)  # type: ignore[arg-type]
