"""Designs in a few words, for tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine.model.files import loads
from engine.run.session import Session

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.sim.report import Result

Raw = dict[str, Any]


def node(name: str, kind: str, /, **config: Any) -> Raw:
    """A raw node named after its id. ``x``, ``y``, ``name`` and ``frame`` are its own, the rest is config."""
    own = {key: config.pop(key) for key in ("x", "y", "name", "frame") if key in config}
    return {"id": name, "kind": kind, "name": name.capitalize(), **own, "config": config}


def client(name: str = "users", rate: float = 50.0, /, **config: Any) -> Raw:
    """A raw Poisson client."""
    return node(name, "client", arrivals={"process": "poisson", "rate": rate}, **config)


def exponential(mean: float) -> Raw:
    return {"law": "exponential", "mean": mean}


def constant(mean: float) -> Raw:
    return {"law": "constant", "mean": mean}


def link(source: str, target: str, /, **config: Any) -> Raw:
    """A raw link named after its ends."""
    return {"id": f"{source}-{target}", "source": source, "target": target, "config": config}


def raw_design(nodes: list[Raw], links: list[Raw], **more: Any) -> Raw:
    """A raw design. ``scenario`` fields may be given as such; the rest goes to the top."""
    scenario = {
        key: more.pop(key) for key in ("duration", "warmup", "seed", "events") if key in more
    }
    made = {"windtunnel": 1, "title": "Test", "nodes": nodes, "links": links, **more}
    return made | ({"scenario": scenario} if scenario else {})


def design(nodes: list[Raw], links: list[Raw], **more: Any) -> Design:
    """A design that was read like a file."""
    return loads(json.dumps(raw_design(nodes, links, **more)), "test")


def run(design: Design) -> Result:
    """The result of a design's whole scenario."""
    session = Session(design)
    session.advance(design.scenario.duration)
    return session.result()
