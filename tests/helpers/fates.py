"""A tiny interpreter of flows, by chance: does any request that comes somewhere end?

It reads designs as they are written, draws what may happen, and gives up beyond a depth.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.sim.lane.draws import generator

Raw = dict[str, Any]
DEPTH = 14
MOST = 400
"""Calls of one request."""
Visit = tuple[str, str]


class TooFarError(Exception):
    """A request goes on and on."""


class Fates:
    """What becomes of requests in a design, in many tries."""

    def __init__(self, raw: Raw, seed: int) -> None:
        self.random = generator(seed, "fates", "tests")
        self.nodes = {each["id"]: each for each in raw["nodes"]}
        self.links = {each["id"]: each for each in raw["links"]}
        self.leaving: dict[str, list[Raw]] = {name: [] for name in self.nodes}
        for link in raw["links"]:
            self.leaving[link["source"]].append(link)
        self.writes = {each["name"] for each in raw["classes"] if each["operation"] == "write"}
        self.kinds = [each["name"] for each in raw["classes"]]
        self.seen: set[Visit] = set()
        self.calls = 0

    def endless(self, tries: int) -> set[Visit]:
        """What requests of clients come to, and never end at, however often it is tried."""
        clients = [name for name, node in self.nodes.items() if node["kind"] == "client"]
        left = [(name, kind) for name in clients for kind in self.kinds]
        known, found = set(left), set[Visit]()
        while left:
            visit = left.pop()
            ends = [self._ends(visit) for _ in range(tries)]  # all of them: each may see more
            if not any(ends):
                found.add(visit)
            more = self.seen - known
            known |= more
            left += sorted(more)
        return found

    def _ends(self, visit: Visit) -> bool:
        self.calls = 0
        try:
            self._request(visit, 0)
        except TooFarError:
            return False
        return True

    def _chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def _request(self, visit: Visit, depth: int) -> bool:
        """Whether it succeeds."""
        self.calls += 1
        if depth > DEPTH or self.calls > MOST:
            raise TooFarError
        name, kind = visit
        self.seen.add(visit)
        node = self.nodes[name]
        config = node["config"]
        if node["kind"] == "external_api":
            return not self._chance(config["error_share"])
        leaving = self.leaving[name]
        if node["kind"] == "load_balancer":
            taken = [each for each in leaving if kind in each["config"].get("classes", [kind])]
            if not taken:
                return False
            return self._call(Walker(self, visit, depth), self.random.choice(np.array(taken)))
        walker = Walker(self, visit, depth)
        if "flow" in config:
            return walker.steps(config["flow"], makes_up=False)
        return walker.told(leaving)

    def _call(self, walker: Walker, link: Raw) -> bool:
        """A call over a link, and whatever stands in for it."""
        config = link["config"]
        succeeded = False
        arrives = config.get("allowed", True) and not self._chance(config.get("loss", 0.0))
        if arrives:
            succeeded = self._request((link["target"], walker.kind), walker.depth + 1)
        fallback = config.get("fallback")
        if succeeded or fallback is None:
            return succeeded
        if fallback["kind"] == "static":
            return True
        return self._call(walker, self.links[fallback["link"]])


class Walker:
    """One request on its way through a flow."""

    def __init__(self, fates: Fates, visit: Visit, depth: int) -> None:
        self.fates = fates
        self.name, self.kind = visit
        self.depth = depth
        self.missed = False

    def told(self, leaving: list[Raw]) -> bool:
        """What links say."""
        spares = {
            each["config"]["fallback"].get("link")
            for each in leaving
            if "fallback" in each["config"]
        }
        going = True
        used = [each for each in leaving if each["id"] not in spares]
        used = [each for each in used if self.kind in each["config"].get("classes", [self.kind])]
        for order in sorted({each["config"].get("order", 0) for each in used}):
            group = [each for each in used if each["config"].get("order", 0) == order]
            rescues = [each for each in group if each["config"].get("when") == "failed"]
            taken = rescues if not going else [each for each in group if each not in rescues]
            if not going and not rescues:
                continue
            if not going and not (drawn := self._drawn(rescues)) and len(rescues) == 1:
                continue  # who does not take the only way is still without an answer
            drawn = self._drawn(taken) if going else drawn
            ends = [self.call(each, aside=sent(each), makes_up=False) for each in drawn]
            going = all(ends)
        return going

    def _drawn(self, links: list[Raw]) -> list[Raw]:
        return [
            each for each in links if self.fates._chance(each["config"].get("probability", 1.0))
        ]

    def call(self, link: Raw, *, aside: bool, makes_up: bool) -> bool:
        succeeded = self.fates._call(self, link)
        if succeeded and self._is_missing(link):
            self.missed = True
        elif succeeded and makes_up:
            self.missed = False
        return succeeded or aside

    def _is_missing(self, link: Raw) -> bool:
        target = link["target"]
        empty = self.fates.nodes[target]["kind"] == "cache" and not self.fates.leaving[target]
        return empty and self.kind not in self.fates.writes

    def steps(self, steps: list[Raw], *, makes_up: bool) -> bool:
        """Whether it goes on behind some steps."""
        going = True
        for step in steps:
            if going:
                going = self._step(step, makes_up=makes_up)
            elif "choice" in step:
                going = self._choice(step["choice"], makes_up=makes_up, failed=True)
        return going

    def _step(self, step: Raw, *, makes_up: bool) -> bool:
        if "call" in step:
            return self.call(self.fates.links[step["call"]], aside=False, makes_up=makes_up)
        if "async" in step:
            before = self.missed
            self.steps(step["async"], makes_up=makes_up)
            self.missed = before
        if "loop" in step:
            return all(self.steps(step["do"], makes_up=makes_up) for _ in range(step["loop"]))
        if "parallel" in step:
            ways = [self.steps([each], makes_up=makes_up) for each in step["parallel"]]
            return sum(ways) >= step.get("need", len(ways))
        if "choice" in step:
            return self._choice(step["choice"], makes_up=makes_up, failed=False)
        return True

    def _choice(self, ways: list[Raw], *, makes_up: bool, failed: bool) -> bool:
        draw = self.fates.random.random()
        met = ("miss", "miss_or_failed") if self.missed else ("hit",)
        usual = ("failed", "miss_or_failed") if failed else (None, *met)
        for way in ways:
            if way.get("class", self.kind) != self.kind or way.get("when") not in usual:
                continue
            if draw < way.get("probability", 2.0):
                inner = makes_up or way.get("when") in ("miss", "miss_or_failed")
                return self.steps(way["do"], makes_up=inner)
            draw -= way["probability"]
        return not failed


def sent(link: Raw) -> bool:
    return bool(link["config"].get("mode") == "send")
