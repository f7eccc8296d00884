"""The lines of a form come some a turn, from above; nobody loses anything who does something meanwhile."""

from __future__ import annotations

import pytest

from engine.model.design import Objective
from engine.model.edits import SetField
from engine.model.prediction import NodePrediction, Theory
from widgets.inspector.form import AT_ONCE, Form
from widgets.inspector.subjects.design import DesignSubject

WORKERS = ("config", "workers")
HOLDS = ("config", "hold_while_waiting")


@pytest.fixture
def making(bench, monkeypatch) -> list[int]:
    """How many lines each turn has made."""
    counts = [0]
    add, turn = Form._add, bench.panel.form._turns.__class__.turn

    def added(form: Form, field: object) -> object:
        counts[-1] += 1
        return add(form, field)  # type: ignore[arg-type]

    def turned(turns: object) -> None:
        counts.append(0)
        turn(turns)  # type: ignore[arg-type]

    monkeypatch.setattr(Form, "_add", added)
    monkeypatch.setattr(bench.panel.form._turns.__class__, "turn", turned)
    return counts


def shown(form: Form) -> list[tuple[str, ...]]:
    """The paths of the lines, from above."""
    rows = sorted((row.y(), path) for (path, _), row in form._rows.items() if row.isVisible())
    return [path for _, path in rows]


def test_no_turn_makes_more_than_a_few_lines(bench, making: list[int]) -> None:
    panel = bench.panel
    panel.set_theory(Theory(nodes={"web": NodePrediction(model="M/M/4", rate=1.0)}))
    panel.set_selection(("web",))
    assert not panel.form.is_whole
    assert panel.header.name.text() == "Checkout"
    first = shown(panel.form)
    assert 1 <= len(first) <= AT_ONCE
    assert panel.beside.isHidden(), "numbers of another item, or in a place where they do not stay"
    bench.wait()
    assert max(making) <= AT_ONCE
    assert sum(making) > AT_ONCE
    assert shown(panel.form)[: len(first)] == first
    assert panel.beside.isVisible()
    dots = {row.dot for row in panel.form._rows.values()}
    assert dots <= set(panel.form._chain), "Tab comes to all of them"


def test_who_knows_a_form_has_it_at_once(bench, making: list[int]) -> None:
    bench.panel.set_selection(("web",))
    bench.wait()
    bench.panel.set_selection(())
    bench.wait()
    whole = sum(making)
    bench.panel.set_selection(("api",))
    assert bench.panel.form.is_whole
    assert sum(making) == whole


def test_another_selection_meanwhile_takes_its_place(bench) -> None:
    panel = bench.panel
    panel.set_selection(("web",))
    old = panel.form
    panel.set_selection(("users",))
    assert old.is_whole, "nobody sees it any more"
    bench.wait()
    assert panel.form is not old
    assert panel.header.name.text() == "Users"
    panel.set_selection(("web",))
    bench.wait()
    assert panel.form is old
    assert {WORKERS, HOLDS} <= set(shown(old))


def test_an_edit_meanwhile_is_in_lines_that_come_later(bench) -> None:
    bench.panel.set_selection(("web",))
    assert HOLDS not in shown(bench.panel.form)
    bench.apply(SetField("web", HOLDS, False))
    bench.wait()
    assert bench.row(*HOLDS).field.value is False


def test_a_field_that_is_asked_for_is_in_its_place_at_once(bench) -> None:
    bench.panel.set_selection(("web",))
    bench.panel.focus_field("config.hold_while_waiting")
    assert bench.panel.form.is_whole
    assert bench.panel.asked_about()[1] == HOLDS


def test_what_was_typed_and_not_accepted_comes_back_with_its_line(bench) -> None:
    bench.panel.set_selection(("web",))
    bench.type(bench.line(*WORKERS), "many")
    bench.panel.set_selection(("users",))
    bench.panel.set_selection(("web",))
    assert bench.line(*WORKERS).text() == "many"


@pytest.mark.parametrize(("count", "named"), [(0, 0), (100, 150)])
def test_what_can_be_bounded_is_named_once_however_many_objectives_there_are(
    design, monkeypatch, count: int, named: int
) -> None:
    each_of = range(1, count + 1)
    many = tuple(Objective(metric="users.latency.p99", below=0.1 * each) for each in each_of)
    subject = DesignSubject(design.model_copy(update={"objectives": many}), {})
    asked: list[str] = []
    called = DesignSubject._called

    def counted(self: DesignSubject, metric: str) -> str:
        asked.append(metric)
        return called(self, metric)

    monkeypatch.setattr(DesignSubject, "_called", counted)
    fields = subject.fields()
    assert len(asked) <= named, "one for each objective, and one for each that is offered"
    assert subject.fields() == fields
    assert len(asked) <= named
    assert sum(field.path[-1] == "metric" for field in fields) == count
