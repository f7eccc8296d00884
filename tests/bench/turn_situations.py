"""What somebody does in the window while its turns are measured (see ``tests.bench.turns``)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.bench.designs import dense, design, grid, link, node
from tests.bench.turn_pages import large_pages
from tests.bench.turn_parts import edits, pair, run, views
from tests.bench.turn_recordings import arrivals, columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.turns import Steps

    Raw = dict[str, Any]


def first(steps: Steps) -> None:
    """Every page, card, menu and window is opened for the first time."""
    steps.open(grid(60, 90), run=True)
    steps.wait(least=2.0)
    canvas, bench, window = steps.canvas, steps.bench, steps.opened.window
    steps.press("edit.find")
    search = steps.opened.commands.search
    steps.do("type in Ctrl+K", lambda: search.field.setText("retry"))
    steps.do("close Ctrl+K", search.close_card)
    steps.do("select a node", lambda: canvas.select({"w3"}))
    steps.do("select a link", lambda: canvas.select({"u3-b3"}))
    steps.do("select another kind", lambda: canvas.select({"d3"}))
    steps.do("select two nodes", lambda: canvas.select({"w3", "w4"}))
    steps.do("select all", canvas.select_all)
    steps.do("select nothing", lambda: canvas.select(set()))
    for page in ("study", "traces", "board", "budget", "versions", "help"):
        steps.do(f"page {page}", partial(window.instruments.show_page, page))
    steps.do("page charts", lambda: window.instruments.show_page("charts"))
    for page in ("study", "help", "charts"):
        steps.do(f"own window: {page}", partial(window.instruments.detach, page))
        steps.do(f"back from it: {page}", partial(window.instruments.attach, page))
    steps.do("select a node again", lambda: canvas.select({"w3"}))
    steps.press("view.findings", "view.distances", "run.breakpoints", "run.history", "run.why")
    steps.press("run.what_if", "run.traces", "insert.citation", "insert.comment", "view.steps")
    steps.press("help.shortcuts", "help.about", "help.open", "help.search", "view.outline")
    steps.press("insert.component", "insert.note", "insert.frame", "view.path", "run.keep")
    steps.press("run.measure", "run.study", "help.tour")
    for action in window.menuBar().actions():
        menu = action.menu()
        steps.do(f"menu {action.text()}", lambda menu=menu: menu.popup(window.pos()))  # type: ignore[misc]
        for below in [each.menu() for each in menu.actions() if each.menu() is not None]:
            steps.do(
                f"menu {action.text()} > {below.title()}",
                lambda below=below: below.popup(window.pos()),  # type: ignore[misc]
            )
            below.close()
        menu.close()
    steps.do("context menu", lambda: canvas.context_requested.emit("w3", window.pos()))
    popup = steps.app.activePopupWidget()
    if popup is not None:
        popup.close()
    steps.press("view.another", "view.present")
    steps.do("end the presentation", steps.opened.commands.presenting.close)
    steps.press("file.twin")
    path = steps.services.document.path
    assert path is not None
    pair(steps, grid(60, 85))
    steps.press("view.theme_light", "view.theme_dark")
    bench.actions["run.toggle"].trigger()


def large(steps: Steps) -> None:
    """2000 nodes and 6000 links."""
    steps.open(grid(2000, 6000))
    edits(steps, "w3")


def large_run(steps: Steps) -> None:
    """The same, at work and in further windows."""
    steps.open(grid(2000, 6000))
    run(steps)
    other = grid(2000, 5900)
    for each in other["nodes"][:900]:
        each["name"] = "before"
    views(steps, other)


def links(steps: Steps) -> None:
    """9 nodes and 6000 links."""
    steps.open(dense(8, 6000))
    edits(steps, "s3")


def links_run(steps: Steps) -> None:
    """The same, at work and in further windows."""
    steps.open(dense(8, 6000))
    run(steps)
    views(steps, dense(8, 5000))


def medium(steps: Steps) -> None:
    """500 nodes and 800 links."""
    steps.open(grid(500, 800))
    edits(steps, "w3")
    run(steps)
    views(steps, grid(500, 700))


def _one(title: str, **config: Any) -> Raw:
    """A client, and one service with some settings."""
    nodes = [
        node("users", "client", 0, 0, arrivals={"process": "poisson", "rate": 20.0}),
        node("web", "service", 300, 0, **config),
        node("db", "sql_database", 600, 0),
    ]
    return design(title, nodes, [link("users", "web"), link("web", "db")], 3600)


def flow(steps: Steps) -> None:
    """Services with hundreds of steps, and settings that are long lists."""
    steps_ = [
        {"work": {"law": "constant", "mean": 0.0001}} if place % 2 else {"call": "web-db"}
        for place in range(600)
    ]
    steps.open(_one("600 steps", flow=steps_))
    _inspect(steps, ("config", "flow"), [*steps_[:-1]])
    branches = [
        {"probability": 0.001, "do": [{"call": "web-db"}, {"work": "service_time"}]}
        for _ in range(400)
    ]
    steps.open(_one("400 ways", flow=[{"choice": branches}]))
    _inspect(steps, ("config", "flow"), [{"choice": branches[:-1]}])


def lists(steps: Steps) -> None:
    """Settings that are lists of hundreds: a schedule of load, a policy by class, laws of many values."""
    rate = [[float(place), 20.0 + place % 7] for place in range(1000)]
    raw = _one("1000 rates")
    raw["nodes"][0]["config"] = {"arrivals": {"process": "poisson", "rate": rate}}
    steps.open(raw)
    steps.do("select the client", lambda: steps.canvas.select({"users"}))
    steps.do("select nothing", lambda: steps.canvas.select(set()))
    _inspect(steps, ("config", "workers"), 7)
    law = {
        "law": "empirical",
        "values": [0.001 * place for place in range(1, 2001)],
        "weights": [1.0] * 2000,
    }
    steps.open(_one("2000 values", service_time=law))
    _inspect(steps, ("config", "workers"), 7)
    tenants = {
        "rate_limit": {
            "rate": 100,
            "burst": 10,
            "by": "key",
            "tenants": {f"t{place}": {"rate": 5.0} for place in range(300)},
        }
    }
    steps.open(_one("300 tenants", admission=tenants))
    _inspect(steps, ("config", "workers"), 7)
    scale = {
        "autoscale": {
            "metric": "rate",
            "steps": [[float(place), 1 + place % 9] for place in range(500)],
        }
    }
    steps.open(_one("500 steps of scaling", **scale))
    _inspect(steps, ("config", "workers"), 7)


def _inspect(steps: Steps, path: tuple[str, ...], value: Any) -> None:
    """Select the service and change something of it."""
    from engine.model.edits import SetField

    canvas, push = steps.canvas, steps.services.document.push
    steps.do("select it", lambda: canvas.select({"web"}))
    steps.do("change it", lambda: push(SetField("web", path, value)))
    steps.press("edit.undo", "edit.redo")
    steps.do("select another", lambda: canvas.select({"db"}))
    steps.do("select it again", lambda: canvas.select({"web"}))
    steps.do("select the link", lambda: canvas.select({"users-web"}))


def classes(steps: Steps) -> None:
    """200 classes of requests."""
    raw = _one("200 classes")
    names = [f"class {place}" for place in range(200)]
    raw["classes"] = [{"name": name, "priority": place % 3} for place, name in enumerate(names)]
    raw["nodes"][0]["config"]["mix"] = dict.fromkeys(names, 0.005)
    raw["nodes"][1]["config"]["service_time"] = {
        "law": "exponential",
        "mean": 0.001,
    }
    raw["links"][1]["config"]["classes"] = names[:150]
    raw["objectives"] = [
        {"metric": "users.latency.p99", "below": 0.1 + place / 1000} for place in range(300)
    ]
    from engine.model.edits import SetDesign

    steps.open(raw)
    canvas, push = steps.canvas, steps.services.document.push
    steps.do("show the scenario", lambda: canvas.select(set()))
    for item in ("users", "web", "users-web", "web-db"):
        steps.do(f"select {item}", partial(canvas.select, {item}))
        steps.do("select nothing", lambda: canvas.select(set()))
    steps.do("page budget", lambda: steps.opened.window.instruments.show_page("budget"))
    fewer = steps.services.document.design.classes[:-1]
    steps.do("one class less", lambda: push(SetDesign(("classes",), fewer, "Fewer")))
    steps.press("edit.undo")
    run(steps)


def _eventful(count: int) -> Raw:
    """A scenario with many events, which set something each."""
    raw = _one(f"{count} events")
    raw["scenario"]["events"] = [
        {
            "at": 0.36 * place,
            "duration": 0.2,
            "target": "web",
            "change": "slow",
            "factor": 1.5 + place % 3,
        }
        for place in range(count)
    ]
    return raw


def events(steps: Steps) -> None:
    """A timeline of thousands of events and notices, and a journal of thousands of edits."""
    from engine.model.edits import SetField

    raw = _eventful(5000)
    steps.open(raw)
    timeline = steps.bench.views.timeline
    steps.do("select nothing", lambda: steps.canvas.select(set()))
    steps.do("select the service", lambda: steps.canvas.select({"web"}))
    push = steps.services.document.push
    steps.do("edit", lambda: push(SetField("web", ("config", "workers"), 9)))
    steps.press("edit.undo", "edit.redo")
    steps.do("resize the timeline", lambda: steps.opened.window.resize(1500, 900))
    steps.do("repaint the timeline", timeline.update)
    steps.services.run.set_speed(1000.0)
    run(steps)
    steps.press("run.keep")


def journal(steps: Steps) -> None:
    """A run that was edited thousands of times, and an undo stack of a thousand."""
    from engine.model.edits import SetField

    steps.open(_one("Journal"), run=True)
    push = steps.services.document.push

    def many() -> None:
        for place in range(20):
            push(SetField("web", ("config", "workers"), 5 + place % 9))

    for _ in range(150):
        many()
        steps.wait()
    steps.do("after 3000 edits", many)
    steps.services.run.set_running(False)
    steps.press("edit.undo", "edit.redo", "run.keep", "run.back", "run.live", "run.fork")
    steps.press("run.history")
    path = steps.home / "saved.windtunnel-run"
    run_ = steps.services.run
    said: list[object] = []
    steps.do("take the journal", lambda: run_.take_journal(lambda *it: said.append(it)))
    assert path.name


def comments(steps: Steps) -> None:
    """Hundreds of comments, 100 of them with long threads; frames, notes and a long presentation."""
    raw = grid(100, 150)
    ids = [each["id"] for each in raw["nodes"]]
    raw["comments"] = [
        {
            "id": f"c{place}",
            "text": f"Comment {place}: " + "is that so? " * 20,
            "author": "me",
            "about": ids[place % len(ids)],
            "replies": [{"text": "Yes, " + "it is " * 20, "author": "you"}]
            * (10 if place < 100 else 1),
        }
        for place in range(900)
    ]
    raw["frames"] = [
        {"id": f"f{place}", "name": f"Frame {place}", "kind": "region", "x": (place % 20) * 450.0,
         "y": 5000 + (place // 20) * 300.0, "width": 400.0, "height": 250.0}
        for place in range(400)
    ]  # fmt: skip
    raw["notes"] = [
        {"id": f"n{place}", "text": "# A note\n" + "words and words " * 10,
         "x": (place % 20) * 300.0, "y": -5000 + (place // 20) * 200.0, "width": 250.0, "height": 150.0}
        for place in range(500)
    ]  # fmt: skip
    raw["presentation"] = [
        {"title": f"Step {place}", "text": "What is said. " * 20,
         "view": {"x": 0.0, "y": 0.0, "width": 1000.0, "height": 700.0}}
        for place in range(400)
    ]  # fmt: skip
    from engine.model.edits import SetField

    steps.open(raw)
    card, document = steps.opened.commands.comments, steps.services.document
    steps.press("insert.comment")
    steps.do("edit", lambda: document.push(SetField("w3", ("name",), "Web")))
    steps.press("edit.undo")
    steps.do("close the comments", card.close_card)
    steps.do("select a node", lambda: steps.canvas.select({"w3"}))
    steps.press("insert.comment")
    steps.do("close the comments", card.close_card)
    steps.press("view.steps")
    steps.do("close the steps", steps.opened.commands.presenting.card.close_card)
    steps.press("view.present")
    steps.do("end the presentation", steps.opened.commands.presenting.close)
    steps.press("view.distances", "view.outline", "view.theme_light", "view.theme_dark")


def runs(steps: Steps) -> None:
    """Hundreds of kept runs."""
    from datetime import UTC, datetime, timedelta

    from engine.model import files
    from engine.run.archive import Archive, NewRun
    from engine.run.session import Session
    from tests.bench.interface import file_of

    path = file_of(grid(20, 30), steps.home / "kept.windtunnel")
    kept = files.load(path)
    session = Session(kept)
    session.advance(2.0)
    from engine.run.journal_file import dumps

    text = dumps(session.journal)
    archive = Archive(steps.services.keeper._path)
    result = {
        "clients": {f"u{row}": {"latency": {"p99": 0.1}, "goodput": 20.0} for row in range(4)}
    }
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    for place in range(400):
        new = NewRun(f"Run {place}", files.dumps(kept), text, place, 2.0, 0, result)
        archive.add(new, begun + timedelta(minutes=place))
    steps.open(grid(20, 30))
    steps.press("run.history")
    card = steps.bench.runs
    steps.do("search", lambda: card.search.setText("3"))
    steps.do("search for all", lambda: card.search.setText(""))
    steps.do("choose", lambda: card.table.selectRow(3))
    numbers = [each.id for each in card._runs[:2]]
    steps.do("behind the charts", card.overlay_chosen)
    steps.do("pair of runs", lambda: steps.opened.commands.pair.begin_runs(tuple(numbers)))
    steps.do("end of side by side", steps.opened.commands.pair.close)
    steps.press("run.history")
    steps.do("delete", lambda: (card.table.selectRow(3), card.delete_chosen()))


def charts(steps: Steps) -> None:
    """Charts of a long run, and their export."""
    from app.chart_export import export_chart

    raw = grid(60, 90)
    raw["scenario"]["duration"] = 36_000
    steps.open(raw, run=True)
    steps.services.run.set_speed(1000.0)
    steps.wait(least=20.0)
    steps.services.run.set_running(False)
    panel = steps.bench.views.charts.panel
    background = steps.bench.look.theme.panel
    for chart in list(panel.charts)[:3]:
        for suffix in ("png", "svg", "csv"):
            target = steps.home / f"chart.{suffix}"
            steps.do(
                f"export {chart.name} as {suffix}",
                lambda chart=chart, target=target: export_chart(chart, background, target)(),  # type: ignore[misc]
            )
    steps.press("run.back", "run.live", "run.keep", "run.why")
    steps.do("page board", lambda: steps.opened.window.instruments.show_page("board"))
    steps.do("page traces", lambda: steps.opened.window.instruments.show_page("traces"))


SITUATIONS: dict[str, Callable[[Steps], None]] = {
    each.__name__: each
    for each in (
        first,
        medium,
        large,
        large_run,
        links,
        links_run,
        large_pages,
        arrivals,
        columns,
        flow,
        lists,
        classes,
        events,
        journal,
        comments,
        runs,
        charts,
    )
}
