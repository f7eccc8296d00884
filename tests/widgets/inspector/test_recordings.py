"""Long recordings are neither written out nor counted one by one while a form is filled."""

from __future__ import annotations

from typing import NoReturn, Self

import numpy as np
import pytest

from engine.catalog import COMPONENTS
from engine.model.design import Design, Node
from widgets.inspector.editors.recording import RecordingEditor, counts_of, told
from widgets.inspector.fields import Field
from widgets.inspector.shapes import Shape
from widgets.inspector.subjects import subject_of
from widgets.inspector.subjects.shared import likeness
from widgets.theme import ThemeManager

KINDS = {component.kind: component for component in COMPONENTS}


class _Unwritten(float):
    """A number that nobody writes out."""

    def __repr__(self) -> NoReturn:
        raise AssertionError


def _client(name: str, times: list[float]) -> Node:
    config = {"arrivals": {"process": "trace", "times": times}}
    return Node.model_construct(id=name, kind="client", name="", frame=None, config=config)


def test_recordings_of_several_clients_are_compared_without_writing_them_out() -> None:
    one = [_Unwritten(place) for place in range(500)]
    for other, mixed in ((one, False), ([*one], False), (one[1:], True)):
        design = Design.model_construct(nodes=(_client("a", one), _client("b", other)))
        fields = subject_of(design, ("a", "b"), None, KINDS).fields()
        [times] = [each for each in fields if each.path == ("config", "arrivals", "times")]
        assert times.mixed is mixed


def test_what_is_short_is_told_apart_by_its_values() -> None:
    assert likeness({"a": [1, {"b": 2.0}]}) == likeness({"a": [1, {"b": 2.0}]})
    assert likeness({"a": [1]}) != likeness({"a": [2]})
    long = [0.5] * 1000
    assert likeness({"a": long}) == likeness({"a": long})


def test_instants_are_put_in_order(qtbot, qapp) -> None:
    editor = RecordingEditor(ThemeManager(qapp, "dark"))
    qtbot.addWidget(editor)
    shape = Shape("recording")
    for value in ([0.0, 30.0, 60.0, 60.0], [60.0, 0.0, 60.0, 30.0], [60, 0, "?", 60.0, 30.0]):
        editor.show_field(Field(("times",), shape, "Recording", value=value))
        assert "4" in editor.text.text().split()[0]
        assert editor.text.text().endswith("in 60 s")
        assert sum(editor.curve.counts) == 4
        assert editor.curve.counts[-1] == 2


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (["a", "b", "a", "a"], "a 75 %, b 25 %"),
        (["a"] * 3, "a 100 %"),
        (list(range(1000)), "1\N{NO-BREAK SPACE}000 different"),
        ([[1], [1]], "[1] 100 %"),
        ([], "none recorded"),
    ],
)
def test_columns_are_told_by_what_is_in_them(value: list[object], words: str) -> None:
    assert told(value, np.array([])) == words
    assert counts_of(np.array([])) == []


class _Unspoken(str):
    """A class of requests that counts how often it is put into words."""

    __slots__ = ("spoken",)

    def __new__(cls, text: str, spoken: list[str]) -> Self:
        made = super().__new__(cls, text)
        made.spoken = spoken
        return made

    def __str__(self) -> str:
        self.spoken.append("")
        return "named"


def test_a_class_is_put_into_words_once() -> None:
    spoken: list[str] = []
    assert told([_Unspoken("read", spoken)] * 1000, np.array([])) == "named 100 %"
    assert len(spoken) == 1
