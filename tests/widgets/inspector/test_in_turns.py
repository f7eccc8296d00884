"""The lines of a form come some a turn, from above; nobody loses anything who does something meanwhile."""

from __future__ import annotations

import pytest

from engine.model.design import Design, Objective
from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.model.prediction import NodePrediction, Theory
from engine.model.traffic import RequestClass
from widgets.inspector import fields as fields_module
from widgets.inspector.form import AT_ONCE, Form
from widgets.inspector.reach import LINES
from widgets.inspector.subjects import design as design_module
from widgets.inspector.subjects import subject_of
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


@pytest.fixture
def crowded(design) -> Design:
    """200 classes, of which the last one differs from a usual one, and as many objectives."""
    classes = [RequestClass(name=f"c{place}") for place in range(200)]
    classes[-1] = RequestClass(name="c199", priority=2)
    objectives = [Objective(metric="users.latency.p99", below=0.1 * each) for each in range(1, 201)]
    many = {"classes": tuple(classes), "objectives": tuple(objectives)}
    return design.model_copy(update=many)


def test_of_long_lists_only_what_is_looked_at_is_worked_out(bench, crowded, monkeypatch) -> None:
    worked: list[object] = []
    real = design_module.config_fields

    def counted(cls: type, raw: object, prefix: tuple[str, ...] = ()) -> object:
        worked.append(prefix)
        return real(cls, raw, prefix)  # type: ignore[arg-type]

    monkeypatch.setattr(design_module, "config_fields", counted)
    panel = bench.panel
    panel.set_design(crowded)
    bench.wait()
    assert len(worked) < 30
    heading = next(each for each in panel.form._headings if each.name == "Request classes")
    assert heading.isChecked(), "something in it differs"
    made = [path for path in shown(panel.form) if path[0] == "classes" and path[1] != "+"]
    whole = [field.path for field in DesignSubject(crowded, {}).fields()]
    assert made == [path for path in whole if path[0] == "classes"][:LINES]
    offer = panel.form._more["Request classes"]
    assert offer.text() == "Show more of 200 request classes"
    offer.setFocus()
    offer.click()
    bench.wait()
    made = [path for path in shown(panel.form) if path[0] == "classes" and path[1] != "+"]
    assert made == [path for path in whole if path[0] == "classes"][: 2 * LINES]
    assert panel.form._more["Request classes"].hasFocus()


def test_a_field_far_down_a_long_list_is_gone_to_and_changed(bench, crowded) -> None:
    panel = bench.panel
    bench.design = crowded
    panel.set_design(crowded)
    panel.focus_field("classes.150.priority")
    assert panel.asked_about()[1] == ("classes", "150", "priority")
    bench.type(bench.line("classes", "150", "priority"), "3")
    assert bench.design.classes[150].priority == 3
    assert bench.edits[-1].label == "Set priority"
    assert panel.asked_about()[1] == ("classes", "150", "priority")
    bench.type(bench.line("classes", "150", "priority"), "many")
    panel.set_selection(("web",))
    panel.set_selection(())
    assert bench.line("classes", "150", "priority").text() == "many", "a draft comes back"


def test_what_is_far_down_a_long_list_says_what_is_wrong_with_it(bench, crowded) -> None:
    message = "Nobody answers before that."
    field = "classes.150.deadline"
    bench.panel.set_design(crowded)
    bench.panel.set_findings([Finding(level="risk", code="late", message=message, field=field)])
    bench.wait()
    heading = next(each for each in bench.panel.form._headings if each.name == "Request classes")
    assert heading.isChecked()
    assert len(bench.panel.form._cards) == 1


def test_lines_are_not_dressed_again_when_what_was_typed_is_forgotten(bench) -> None:
    bench.panel.set_selection(("web",))
    line = bench.line(*WORKERS)
    assert line.property("invalid") == "false", "as it stays; the style sheet looks at it"


def test_a_line_with_many_lines_has_a_turn_of_its_own(bench, making: list[int]) -> None:
    rate = [[10.0 * place, 5.0 + place] for place in range(50)]
    bench.apply(SetField("users", ("config", "arrivals"), {"process": "poisson", "rate": rate}))
    bench.panel.set_selection(("users",))
    assert ("config", "arrivals", "rate") not in shown(bench.panel.form)
    bench.wait()
    assert ("config", "arrivals", "rate") in shown(bench.panel.form)


@pytest.mark.parametrize(
    ("node", "path", "value"),
    [
        ("web", WORKERS, 9),
        ("web", ("config", "service_time"), {"law": "exponential", "mean": 0.5}),
        ("users", ("config", "arrivals"), {"process": "poisson", "rate": [[0.0, 5.0]]}),
        ("users", ("config", "mix"), {"read": 1.0}),
    ],
)
def test_to_see_that_a_value_differs_nothing_is_built_that_reads_it(
    bench, monkeypatch, node: str, path: tuple[str, ...], value: object
) -> None:
    bench.apply(SetField(node, path, value))  # type: ignore[arg-type]
    built: list[object] = []
    monkeypatch.setattr(fields_module, "_adapter", built.append)
    fields = subject_of(bench.design, (node,), None, bench.panel._components).fields()
    (field,) = [each for each in fields if each.path == path]
    assert field.changed
    assert not built
