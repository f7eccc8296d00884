"""From typed configs to form fields and back to JSON, without any widget."""

from __future__ import annotations

from typing import Literal

import pytest

from engine.catalog.worker import WorkerConfig
from engine.model.arrivals import Arrivals, Poisson
from engine.model.backoff import Backoff
from engine.model.edits import UNSET
from engine.model.fields import Config, setting
from engine.model.laws import Law
from engine.model.link import LinkConfig, Retry
from engine.model.traffic import Keys
from widgets.inspector.fields import config_fields, law_fields
from widgets.inspector.shapes import shape_of
from widgets.inspector.writing import InvalidValueError, check, written


class Sample(Config):
    arrivals: Arrivals = setting(Poisson(rate=300.0), title="Arrivals", help="")
    retry: Retry = setting(Retry(attempts=3), title="Retry", help="")
    workers: int = setting(4, title="Workers", help="", ge=1, group="Capacity")


def field(raw: dict, *path: str, cls=Sample):
    return next(f for f in config_fields(cls, raw) if f.path == path)


@pytest.mark.parametrize(
    ("annotation", "sort", "nullable"),
    [
        (int, "integer", False),
        (float | None, "number", True),
        (bool, "switch", False),
        (Literal["a", "b"], "choice", False),
        (Law, "law", False),
        (Law | float, "law", False),
        (Arrivals, "variant", False),
        (Keys, "variant", False),
        (Retry, "nested", False),
        (Retry | None, "optional", True),
        (dict[str, float], "shares", False),
        (dict[str, Law], "laws", False),
        (tuple[str, ...] | None, "names", True),
        (tuple[str, ...], "names", False),
        (tuple[float, ...], "numbers", False),
        (list[dict[str, int]], "json", False),
        (object, "json", False),
    ],
)
def test_types_have_their_editor(annotation, sort, nullable) -> None:
    shape = shape_of(annotation)
    assert (shape.sort, shape.nullable) == (sort, nullable)


def test_a_rate_that_may_be_a_schedule_is_one_field() -> None:
    assert shape_of(Poisson.model_fields["rate"].annotation).sort == "rate"


def test_every_link_field_has_an_editor_of_its_own() -> None:
    fields = config_fields(LinkConfig, {})
    assert [f.path for f in fields if f.shape.sort == "json"] == []
    assert {f.group for f in fields} == {"Balancing", "Call", "Network", "Policy", "Transport"}


def test_nested_fields_follow_their_parent_one_step_further_in() -> None:
    paths = [(f.path, f.level) for f in config_fields(Sample, {})]
    assert paths == [
        (("arrivals",), 0),
        (("arrivals", "rate"), 1),
        (("arrivals", "users"), 1),
        (("retry",), 0),
        (("retry", "attempts"), 1),
        (("retry", "backoff"), 1),
        (("retry", "backoff", "base"), 2),
        (("retry", "backoff", "factor"), 2),
        (("retry", "backoff", "cap"), 2),
        (("retry", "backoff", "jitter"), 2),
        (("retry", "other_instance"), 1),
        (("retry", "on"), 1),
        (("retry", "budget"), 1),
        (("workers",), 0),
    ]


def test_the_default_of_the_whole_shows_through() -> None:
    assert field({}, "arrivals", "rate").value == 300.0
    assert field({}, "retry", "attempts").value == 3
    assert not field({}, "retry", "attempts").changed


def test_what_was_set_is_told_from_what_is_implied() -> None:
    raw = {"retry": {"attempts": 5}, "workers": 4}
    assert field(raw, "retry", "attempts").changed
    assert not field(raw, "retry", "backoff", "base").changed
    assert not field(raw, "workers").changed


def test_another_process_has_other_fields() -> None:
    raw = {"arrivals": {"process": "closed", "users": 5}}
    paths = [f.path[1:] for f in config_fields(Sample, raw) if f.path[0] == "arrivals"]
    assert paths == [(), ("users",), ("think_time",)]


def test_writing_inside_a_default_keeps_what_it_implied() -> None:
    assert written(Sample, {}, ("arrivals", "rate"), 5.0) == {"process": "poisson", "rate": 5.0}
    made = written(Sample, {}, ("retry", "backoff", "base"), 0.5)
    assert made == {"attempts": 3, "backoff": {"base": 0.5}}
    assert Retry.model_validate(made) == Retry(attempts=3, backoff=Backoff(base=0.5))


def test_picking_a_process_keeps_the_fields_both_have() -> None:
    raw = {"arrivals": {"process": "poisson", "rate": 7.0}}
    assert written(Sample, raw, ("arrivals",), "mmpp") == {"process": "mmpp", "rate": 7.0}
    assert written(Sample, raw, ("arrivals",), "closed") == {"process": "closed"}


def test_taking_back_the_last_change_inside_takes_back_the_whole() -> None:
    raw = {"retry": {"attempts": 3, "backoff": {"base": 0.5}}}
    assert written(Sample, raw, ("retry", "backoff", "base"), UNSET) is UNSET
    raw = {"retry": {"attempts": 5, "backoff": {"base": 0.5}}}
    assert written(Sample, raw, ("retry", "backoff", "base"), UNSET) == {
        "attempts": 5,
        "backoff": {},
    }


def test_bounds_are_told_in_the_unit_of_the_field() -> None:
    with pytest.raises(InvalidValueError, match=r"^Must be at least 1$"):
        check(Sample, {}, ("workers",), 0)
    with pytest.raises(InvalidValueError, match=r"^Must be at most 100 %$"):
        check(LinkConfig, {}, ("loss",), 1.5)
    with pytest.raises(InvalidValueError, match=r"^Must be more than 0 s$"):
        check(LinkConfig, {}, ("timeout",), 0.0)


def test_a_broken_neighbour_does_not_block_a_good_value() -> None:
    raw = {"workers": -3, "retry": {"attempts": 2}}
    check(Sample, raw, ("retry",), {"attempts": 4})
    with pytest.raises(InvalidValueError):
        check(Sample, raw, ("workers",), -4)


def test_a_field_that_is_broken_in_the_file_is_shown_as_it_is() -> None:
    broken = field({"workers": "many"}, "workers")
    assert broken.value == "many"
    assert broken.changed


class Classed(Config):
    times: dict[str, Law] = setting({}, title="Times", unit="s", help="")


def law_lines(raw: dict, names: list[str]) -> list[tuple[tuple[str, ...], object]]:
    return [(f.path, f.value) for f in law_fields(field(raw, "times", cls=Classed), names)]


def test_laws_by_class_have_a_line_each() -> None:
    slow = {"law": "lognormal", "mean": 0.2}
    assert law_lines({}, ["read", "write"]) == [
        (("times",), {}),
        (("times", "read"), None),
        (("times", "write"), None),
    ]
    assert law_lines({"times": {"write": slow}}, ["read", "write"])[2:] == [
        (("times", "write"), slow),
        (("times", "write", "cv2"), 1.0),
    ]
    assert law_lines({}, ["request"]) == []
    assert law_lines({"times": {"gone": slow}}, [])[1] == (("times", "gone"), slow)


def test_laws_by_class_are_written_one_by_one() -> None:
    law = {"law": "constant", "mean": 0.1}
    assert written(Classed, {}, ("times", "read"), law) == {"read": law}
    raw = {"times": {"read": law, "write": {"law": "lognormal", "mean": 1}}}
    wide = written(Classed, raw, ("times", "write", "cv2"), 3.0)
    assert wide == {"read": law, "write": {"law": "lognormal", "mean": 1, "cv2": 3.0}}
    assert written(Classed, raw, ("times", "write"), UNSET) == {"read": law}
    assert written(Classed, {"times": {"read": law}}, ("times", "read"), UNSET) is UNSET


def test_a_mechanism_that_a_file_switches_on_by_true_is_shown_with_its_defaults() -> None:
    lines = {each.path: each.value for each in config_fields(WorkerConfig, {"dedupe": True})}
    assert lines["dedupe",] == {}
    assert lines["dedupe", "window"] == 86_400.0
