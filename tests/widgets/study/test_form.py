"""The form of a study: what it asks, what it keeps, when it can start."""

from __future__ import annotations

import pytest

from widgets.study.fields import Choice
from widgets.study.form import StudyForm
from widgets.study.kinds import KINDS


@pytest.fixture
def form(qtbot):
    made = StudyForm()
    qtbot.addWidget(made)
    return made


def test_each_kind_asks_for_its_fields_with_their_defaults(form) -> None:
    for kind in KINDS:
        form.choose_kind(kind.name)
        wanted = {field.name: field.default for field in kind.fields if not field.optional}
        assert form.request.kind == kind.name
        assert form.request.values == wanted


def test_what_was_typed_for_a_kind_is_there_when_one_comes_back(form) -> None:
    form.choose_kind("sweep")
    form.set_text("range", "1:8")
    form.choose_kind("replicate")
    form.choose_kind("sweep")
    assert form.request.values["range"] == "1:8"


def test_an_optional_field_counts_once_it_is_filled(form) -> None:
    assert "until" not in form.request.values
    form.set_text("until", " 5 % ")
    assert form.request.values["until"] == "5 %"


def test_it_can_start_only_after_it_was_looked_at(form, qtbot) -> None:
    assert not form._start.isEnabled()
    with qtbot.waitSignal(form.changed) as heard:
        form.set_text("seeds", "4")
    assert heard.args[0].values["seeds"] == "4"
    form.show_plan("4 runs")
    assert form._start.isEnabled()
    form.show_problem("no")
    assert not form._start.isEnabled()


def test_the_button_starts_and_then_cancels(form, qtbot) -> None:
    form.show_plan("10 runs")
    with qtbot.waitSignal(form.started):
        form._start.click()
    form.set_running(True)
    assert form._start.text() == "Cancel"
    with qtbot.waitSignal(form.cancelled):
        form._start.click()


def test_choices_are_offered_without_changing_what_is_typed(form) -> None:
    form.choose_kind("sweep")
    form.set_text("setting", "web.inst")
    form.set_choices([Choice("web.instances", "Web · instances")], [])
    box = form._editors["setting"]
    assert [box.itemText(place) for place in range(box.count())] == ["load", "Web · instances"]
    assert form.request.values["setting"] == "web.inst"
