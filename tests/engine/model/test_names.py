"""Frames that nobody has named can be told apart, by one name everywhere."""

from __future__ import annotations

import pytest

from engine.model.design import Design, Frame
from engine.model.names import frame_name, name_of


@pytest.mark.parametrize(
    ("frame_id", "kind", "name", "wanted"),
    [
        ("frame", "region", "", "Region 1"),
        ("frame-2", "region", "", "Region 2"),
        ("frame-13", "trust_zone", "", "Trust zone 13"),
        ("frame-2", "region", "Europe", "Europe"),
        ("eu", "region", "", "eu"),
        ("frame-x", "zone", "", "frame-x"),
    ],
)
def test_a_frame_has_a_name(frame_id: str, kind: str, name: str, wanted: str) -> None:
    frame = Frame.model_validate({"id": frame_id, "kind": kind, "name": name})
    assert frame_name(frame) == wanted
    assert name_of(Design(frames=(frame,)), frame_id) == wanted
