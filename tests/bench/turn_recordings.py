"""What somebody does with recordings of 200 000 arrivals (see ``tests.bench.turns``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.bench.designs import recorded
from tests.bench.turn_parts import edits, run, views

if TYPE_CHECKING:
    from tests.bench.turns import Steps

    Raw = dict[str, Any]

COUNT = 200_000


def arrivals(steps: Steps) -> None:
    """A client with 200 000 recorded arrivals."""
    steps.open(recorded(COUNT))
    canvas = steps.canvas
    steps.do("select the client", lambda: canvas.select({"users"}))
    steps.do("select the service", lambda: canvas.select({"web"}))
    edits(steps, "users")
    run(steps)
    other = recorded(COUNT)
    other["nodes"][0]["config"]["arrivals"]["times"][7] += 0.001
    views(steps, other)


def columns(steps: Steps) -> None:
    """The same with a class and a key each, loaded from a file, replayed, changed at work and kept."""
    raw = recorded(COUNT)
    raw["classes"] = [{"name": name} for name in ("read", "write")]
    recording = raw["nodes"][0]["config"]["arrivals"]
    recording["classes"] = ["write" if place % 5 == 0 else "read" for place in range(COUNT)]
    recording["keys"] = [place * 7919 % 10_007 for place in range(COUNT)]
    steps.open(raw)
    canvas, services = steps.canvas, steps.services
    inspector, actions = steps.bench.views.inspector, ("edit.undo", "edit.redo")
    for item in ("users", "web", "users"):
        steps.do(f"select {item}", lambda item=item: canvas.select({item}))  # type: ignore[misc]

    def change(path: str, value: Any) -> None:
        steps.do(f"{path} {value}", lambda: inspector._change(("config", *path.split(".")), value))

    change("arrivals.speed", 2.0)
    steps.press(*actions)
    steps.do("select all", canvas.select_all)
    steps.do("run", lambda: services.run.set_running(True))
    steps.wait(least=2.0)
    steps.do("select users", lambda: canvas.select({"users"}))
    change("arrivals.speed", 3.0)
    change("arrivals.users", 100)
    steps.press(*actions)
    change("arrivals", "poisson")
    steps.press("edit.undo", "run.keep", "run.fork", "run.what_if", "run.measure", "run.why")
    file = steps.home / "recorded.csv"
    rows = (
        f"{place / 300.0},{'a' if place % 3 else 'b'},{place % 999}\n" for place in range(COUNT)
    )
    file.write_text("time,class,key\n" + "".join(rows), "utf-8")
    steps.do("load a recording", lambda: services.files.replay(file, "users"))
    steps.press("edit.undo", "edit.redo")
    steps.do("save", services.files.save)
    run(steps)
