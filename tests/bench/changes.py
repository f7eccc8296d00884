"""Changes of a running design: they cost what they touch, however large the rest is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from engine.catalog import lower
from engine.control.simulation import Simulation
from engine.model import files
from engine.model.design import Design
from engine.model.edits import SetField
from engine.model.memory import DEFAULT_MEMORY
from engine.run.journal import Journal
from engine.run.rewinding import Rewinding
from engine.run.session import Session
from tests.bench.designs import autoscaled, spread
from tests.bench.row import Row

TURNS = 500
SHIPPED = Path(__file__).resolve().parents[2] / "saved_designs"
MINUTE_9 = 540.0
NODE = "w0"


def alternately(few: Callable[[int], None], many: Callable[[int], None]) -> tuple[float, float]:
    """Median wall times (µs) of two changes, made in turn with five and with four instances."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(TURNS):
        for change, taken in zip((few, many), times, strict=True):
            begin = time.perf_counter()
            change(5 - turn % 2)
            taken.append(time.perf_counter() - begin)
    return median(times[0]) * 1e6, median(times[1]) * 1e6


def scaler(design: Design) -> Callable[[int], None]:
    """Scales a node of a run that has begun."""
    simulation = Simulation(lower(design))
    simulation.advance(1.0)
    return lambda instances: simulation.machine.scale(NODE, instances)


def editor(design: Design) -> Callable[[int], None]:
    """Edits a node of a run that has begun."""
    session = Session(design)
    session.advance(1.0)
    return lambda instances: session.apply(SetField(NODE, ("config", "instances"), instances))


def decision() -> float:
    """Wall time (µs) of a decision and its act: 100 autoscalers of 1,000 instances have one more, ten times."""
    services, acts = 100, 10
    design = Design.model_validate(autoscaled(services, 10, acts))
    simulation = Simulation(lower(design))
    simulation.advance(0.05)
    begin = time.perf_counter()
    simulation.advance(design.scenario.duration)
    wall = time.perf_counter() - begin
    there = sum(len(part.node.pools) for part in simulation.machine.nodes.values())
    if there != services * (1 + 10 + acts):
        msg = f"{there} instances: the autoscalers did something else"
        raise RuntimeError(msg)
    return wall / (services * acts) * 1e6


def going_back() -> list[float]:
    """Processor times (s) of a replay to minute 9, of each shipped design."""
    times = []
    for path in sorted(SHIPPED.glob("*.windtunnel")):
        begun = time.process_time()
        replay = Rewinding(Journal(files.load(path)), MINUTE_9, DEFAULT_MEMORY, time.process_time)
        while not replay.advance():
            pass
        times.append(time.process_time() - begun)
    return times


def measure(_folder: Path) -> Iterator[Row]:
    """Everything about changes."""
    designs = [Design.model_validate(spread(count, 1_000_000)) for count in (10, 1000)]
    few, many = alternately(*map(scaler, designs))
    yield Row("adding an instance among 1,000 nodes", many, "µs", 1.5 * few, "less", few, "10 nodes")  # fmt: skip
    yield Row("a decision of one of 100 autoscalers, and its act", median(decision() for _ in range(5)), "µs", 1000, "less")  # fmt: skip
    few, many = alternately(*map(editor, designs))
    yield Row("editing the instances among 1,000 nodes", many, "µs", 2.0 * few, "less", few, "10 nodes")  # fmt: skip
    forks = going_back()
    yield Row("going back to minute 9, the slowest shipped design, processor time", max(forks), "s", 3, "less", median(forks), "the median one")  # fmt: skip
