"""Only what goes round for ever is refused, and all of it: by a tiny interpreter that tries what may happen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.catalog import check
from engine.model.design import Design
from engine.sim.lane.draws import generator
from tests.helpers.builders import client, link, node, raw_design
from tests.helpers.fates import Fates

Raw = dict[str, Any]
CLASSES = [{"name": "get", "operation": "read"}, {"name": "put", "operation": "write"}]
NAMES = ["a", "b", "c"]
TRIES = 300


class Maker:
    """A random design in which calls go round."""

    def __init__(self, seed: int) -> None:
        self.random = generator(seed, "endless", "tests")

    def one(self, *values: Any) -> Any:
        return values[int(self.random.integers(len(values)))]

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def design(self) -> Raw:
        nodes = [client("users", 1.0, mix={"get": 1.0, "put": 1.0})]
        nodes += [node(name, self.one("service", "service", "load_balancer")) for name in NAMES]
        nodes.append(node("cache", "cache"))
        shares = self.one(0.0, 0.5, 1.0)
        nodes.append(node("api", "external_api", error_share=shares, admission=None))
        links = [link("users", "a")]
        for made in nodes[1:4]:
            links += self.leaving(made)
        for made in nodes[1:4]:
            names = [each["id"] for each in links if each["source"] == made["id"]]
            if made["kind"] == "service" and self.chance(0.5):
                made["config"]["flow"] = self.steps(names, 2)
        return raw_design(nodes, links, classes=CLASSES)

    def leaving(self, made: Raw) -> list[Raw]:
        source = made["id"]
        targets = self.random.permutation(np.array([*NAMES, "cache", "api"]))
        routes = made["kind"] == "load_balancer"
        targets = targets[: int(self.random.integers(1, 4))]
        return [
            link(source, str(each), **self.config(source, str(each), targets, routes=routes))
            for each in targets
        ]

    def config(self, source: str, target: str, targets: Any, *, routes: bool) -> Raw:
        made: Raw = self.one({}, {}, {}, {"allowed": False}, {"loss": 1.0}, {"loss": 0.9})
        made = dict(made)
        if self.chance(0.2):
            made["classes"] = [self.one("get", "put")]
        if routes:
            return made
        made["order"] = self.one(0, 1, 2)
        made["probability"] = self.one(1.0, 1.0, 0.5, 0.0)
        if self.chance(0.3):
            made["when"] = "failed"
        elif self.chance(0.2):
            made["mode"] = "send"
        others = [str(each) for each in targets if str(each) > target]
        if others and self.chance(0.2):
            made["fallback"] = {"kind": "link", "link": f"{source}-{self.one(*others)}"}
        elif self.chance(0.1):
            made["fallback"] = {"kind": "static"}
        return made

    def steps(self, names: list[str], depth: int) -> list[Raw]:
        return [self.step(names, depth) for _ in range(int(self.random.integers(1, 4)))]

    def step(self, names: list[str], depth: int) -> Raw:
        sort = self.one("call", "call", "choice", "choice", "parallel", "async", "loop")
        if depth == 0 or sort == "call":
            return {"call": self.one(*names)}
        inner = self.steps(names, depth - 1)
        if sort == "choice":
            return {"choice": [self.way(names, depth - 1) for _ in range(self.one(1, 2))]}
        if sort == "parallel":
            return {"parallel": [{"call": self.one(*names)} for _ in inner], "need": 1}
        return {"async": inner} if sort == "async" else {"loop": 2, "do": inner}

    def way(self, names: list[str], depth: int) -> Raw:
        made: Raw = {"do": self.steps(names, depth)}
        if self.chance(0.5):
            made["probability"] = self.one(0.5, 0.5, 0.0)
        if self.chance(0.2):
            made["class"] = self.one("get", "put")
        when = self.one(None, "failed", "failed", "miss", "hit", "miss_or_failed")
        return made if when is None else made | {"when": when}


@pytest.mark.parametrize("seed", range(100))
def test_what_is_refused_never_ends_and_what_never_ends_is_refused(seed: int) -> None:
    raw = Maker(seed).design()
    found = [each for each in check(Design.model_validate(raw)) if each.level == "error"]
    if any(each.code != "endless-loop" or "in no time" in each.message for each in found):
        pytest.skip("wrong for another reason")
    stuck = Fates(raw, seed).endless(TRIES)
    assert bool(found) == bool(stuck), (found, stuck)
