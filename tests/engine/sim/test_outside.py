"""What is somebody else's: an external API, and object storage."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog.lowering import lower
from engine.model.edits import SetField
from engine.plan.theory import predict
from engine.run.session import Session
from tests.helpers.builders import client, constant, design, link, node, run

IMAGE = {"name": "image", "operation": "read", "request_bytes": 500, "response_bytes": 9e6}
FILM = {"name": "film", "operation": "write", "request_bytes": 45e6, "response_bytes": 100}


def with_objects(**config: Any) -> Any:
    """Half of the requests read images, half write films."""
    return design(
        [client("users", 50.0, mix={"image": 0.5, "film": 0.5}), node("files", "object_storage", **config)],
        [link("users", "files")],
        duration=300.0,
        warmup=10.0,
        classes=[IMAGE, FILM],
    )  # fmt: skip


def test_an_object_takes_its_first_byte_and_its_bytes() -> None:
    result = run(with_objects(error_share=0.0))
    files = result["nodes"]["files"]
    assert files["residence"]["mean"] == pytest.approx(0.03 + (0.1 + 0.5) / 2.0, rel=0.02)
    assert files["extra"]["egress_bytes"] == pytest.approx(50.0 * 290.0 * (9e6 + 100) / 2.0, rel=0.02)  # fmt: skip


def test_egress_goes_on_where_a_link_is_made_anew_or_changed() -> None:
    made = with_objects()
    session = Session(made)
    session.advance(100.0)
    before = session.result()["nodes"]["files"]["extra"]["egress_bytes"]
    session.apply(SetField("users-files", ("config", "timeout"), 5.0))
    session.advance(200.0)
    assert session.result()["nodes"]["files"]["extra"]["egress_bytes"] > 1.8 * before


def test_a_share_of_errors_is_its_own_and_adds_to_events() -> None:
    events = [{"at": 0.0, "target": "api", "change": "error", "probability": 0.5}]
    nodes = [client("users", 200.0), node("api", "external_api", error_share=0.2, admission=None)]
    for what, share in (([], 0.2), (events, 0.6)):
        result = run(design(nodes, [link("users", "api")], duration=200.0, events=what))
        users = result["clients"]["users"]
        assert users["failed"]["error"] / users["offered"] == pytest.approx(share, rel=0.03)


def test_the_contract_refuses_what_is_beyond_it() -> None:
    nodes = [client("users", 200.0), node("api", "external_api")]
    users = run(design(nodes, [link("users", "api")], duration=300.0))["clients"]["users"]
    assert users["goodput"] == pytest.approx(99.9, rel=0.01)
    assert users["failed"]["rate_limited"] > 0.45 * users["offered"]


def test_theory_knows_the_errors() -> None:
    nodes = [client("users", 200.0), node("api", "external_api", response_time=constant(0.2), error_share=0.1, admission=None)]  # fmt: skip
    theory = predict(lower(design(nodes, [link("users", "api")])))
    assert theory.clients["users"].goodput == pytest.approx(180.0)
