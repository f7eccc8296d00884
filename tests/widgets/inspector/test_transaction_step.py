"""The form of a transaction in a flow: every setting is a field, and links are chosen by name."""

from __future__ import annotations

from engine.model.flow_edit import entries, made
from widgets.inspector.editors.step_fields import step_fields, step_with
from widgets.inspector.editors.step_tree import told
from widgets.inspector.fields import Option

LINKS = (Option("a", "Stock", "link"), Option("b", "Payments", "link"))
STEP = {"transaction": {"mode": "two_phase", "participants": ["a"]}}


def test_every_setting_is_a_field() -> None:
    fields = {field.path[-1]: field for field in step_fields("transaction", STEP, LINKS)}
    assert list(fields) == ["mode", "participants", "compensate", "lock", "retry"]
    assert [each.label for each in fields["participants"].options] == ["Stock", "Payments"]


def test_a_setting_is_written_where_it_belongs() -> None:
    step = step_with("transaction", STEP, ("transaction", "mode"), "saga")
    step = step_with("transaction", step, ("transaction", "participants"), ["a", "b"])
    step = step_with("transaction", step, ("transaction", "compensate"), [])
    assert step == {"transaction": {"mode": "saga", "participants": ["a", "b"], "compensate": []}}


def test_a_line_says_how_they_agree_and_who_they_are() -> None:
    (entry,) = entries([made("transaction", link="b")])
    assert told(entry, {"b": "Payments"}) == "Two phase  Payments"
