"""How far the nodes of a design are from each other: what their frames say of it."""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from pydantic import ValidationError

from engine.model.frame import FrameConfig
from engine.model.last_mile import last_mile
from engine.model.limits import MAX_NESTING
from engine.model.places import Place, place, trip_between
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.model.asking import Asking
    from engine.model.design import Design
    from engine.model.last_mile import LastMile

Origin = Literal["explicit", "table", "typical"]
"""Who says a round trip: a person, a provider's table, or what is usual between things that lie together."""
TYPICAL: Final[Mapping[str, float]] = MappingProxyType(
    {"host": 0.0001, "zone": 0.0005, "region": 0.0015}
)
"""Seconds there and back between two that lie in one frame of a kind. Availability zones of AWS are .25 to 3.37 ms
from each other (xkyle.com, Measuring AWS Region and AZ Latency)."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A round trip between two items, and who says it."""

    seconds: float
    origin: Origin
    frames: tuple[str, str]
    """The frames that it is between; twice the same where it is inside one."""


class RoundTrips:
    """The round trips between the frames of a design. Frames with wrong values say nothing."""

    def __init__(self, design: Design) -> None:
        """Read what the frames say."""
        self._design = design
        self._trips: dict[tuple[str, str], float] = {}
        self.places: dict[str, Place] = {}
        """Of the frames that name one."""
        self.trust: dict[str, int] = {}
        """How far the frames are trusted that say so: see ``engine.model.trust``."""
        self._typical: set[str] = set()
        self._callers: dict[str, tuple[Asking, ...]] | None = None
        self._asking: dict[str, tuple[Asking, ...]] = {}
        for frame in design.frames:
            try:
                config = FrameConfig.model_validate(frame.config)
            except ValidationError:
                continue
            for other, trip in config.round_trip.items():
                if trip > 0.0:
                    self._trips[frame.id, other] = trip
            if config.place is not None:
                self.places[frame.id] = place(config.place)
            if config.trust is not None:
                self.trust[frame.id] = config.trust
            if config.inside == "typical":
                self._typical.add(frame.id)

    def __bool__(self) -> bool:
        """Whether any frame says anything."""
        return bool(self._trips or self.places or self._typical)

    def between(self, source: str, target: str) -> float | None:
        """Seconds from one node to another and back; None where no frame around them says."""
        found = self.find(source, target)
        return None if found is None else found.seconds

    def find(self, source: str, target: str) -> RoundTrip | None:
        """The round trip between two nodes; None where no frame around them says.

        What a person says goes first, then the table of a provider, then what is usual. Of each, the
        innermost frames that say something decide, and of two that do the one around the source.
        """
        if not self:
            return None
        here, there = self._around(source), self._around(target)
        return self.along(tuple(here), tuple(there))

    def along(self, here: tuple[str, ...], there: tuple[str, ...]) -> RoundTrip | None:
        """The round trip between two that lie in some frames each, from the inside out."""
        found = self._told(here, there) or self._measured(here, there)
        return found or self._usual(here, there)

    def last_mile(self, source: str) -> LastMile | None:
        """What a node's own access to the network takes; None where it has none."""
        node = self._design.node_by_id.get(source)
        return None if node is None else last_mile(node.kind, node.config)

    def place_of(self, node_id: str) -> Place | None:
        """Where a node is, by the innermost frame around it that says so."""
        return next(
            (self.places[each] for each in self._around(node_id) if each in self.places), None
        )

    def said(self, one: str, other: str) -> float | None:
        """Seconds that one of two frames says of the other itself; the first goes first."""
        return self._trips.get((one, other), self._trips.get((other, one)))

    def named(self) -> frozenset[str]:
        """The frames that say a round trip, and those of which one is said."""
        return frozenset(frame for pair in self._trips for frame in pair)

    def speaking(self) -> frozenset[str]:
        """The frames that say anything of how far something is, and those of which something is said."""
        return self.named() | self.places.keys() | self._typical

    def around_frame(self, frame: str | None) -> tuple[str, ...]:
        """A frame and those around it, from the inside out; nothing where there is none."""
        return tuple(self._outwards(frame))

    def asking(self, name: str) -> tuple[Asking, ...]:
        """Who asks a node the way, those together who are in the same frames and as far from all that it leads to."""
        # Loaded where somebody asks: few designs have DNS, and the window is painted without.
        from engine.model.asking import asking_in  # noqa: PLC0415

        if self._callers is None:
            self._callers = asking_in(self._design)
        if name not in self._asking:
            self._asking[name] = self._alike(name, self._callers.get(name, ()))
        return self._asking[name]

    def _alike(self, name: str, asking: tuple[Asking, ...]) -> tuple[Asking, ...]:
        """The callers of a node; those together whom only frames tell apart that say nothing and lead nowhere."""
        from engine.model.asking import frames_behind, together  # noqa: PLC0415 - as above

        if len(asking) < 2:
            return asking
        telling = {*self.speaking(), *self.trust}
        for home in frames_behind(self._design, name):
            telling.update(self._outwards(home))
        found: defaultdict[tuple[tuple[str, ...], ...], list[Asking]] = defaultdict(list)
        for each in asking:
            around = (self._outwards(home) for home in each.homes)
            found[tuple(tuple(f for f in frames if f in telling) for frames in around)].append(each)
        return tuple(map(together, found.values()))

    def _told(self, here: tuple[str, ...], there: tuple[str, ...]) -> RoundTrip | None:
        """What a person has set."""
        if self._trips:
            for frame in here:
                for other in there:
                    trip = self.said(frame, other)
                    if trip is not None:
                        return RoundTrip(trip, "explicit", (frame, other))
        return None

    def _measured(self, here: tuple[str, ...], there: tuple[str, ...]) -> RoundTrip | None:
        """What a provider's table says of the places that both lie in."""
        frame = next((each for each in here if each in self.places), None)
        other = next((each for each in there if each in self.places), None)
        if frame is None or other is None:
            return None
        trip = trip_between(self.places[frame], self.places[other])
        return None if trip is None else RoundTrip(trip, "table", (frame, other))

    def _usual(self, here: tuple[str, ...], there: tuple[str, ...]) -> RoundTrip | None:
        """What is usual between two that lie in one host, zone or region."""
        both = [each for each in here if each in there]
        if self._typical.isdisjoint(both):
            return None
        kinds = ((each, self._design.frame_by_id[each].kind) for each in both)
        frame, kind = next(((each, kind) for each, kind in kinds if kind in TYPICAL), ("", ""))
        return RoundTrip(TYPICAL[kind], "typical", (frame, frame)) if frame else None

    def _around(self, node_id: str) -> Iterator[str]:
        """The frames around a node, from the inside out."""
        node = self._design.node_by_id.get(node_id)
        return self._outwards(None if node is None else node.frame)

    def _outwards(self, frame: str | None) -> Iterator[str]:
        """A frame and those around it, as far as there are any."""
        for _ in range(MAX_NESTING):
            found = None if frame is None else self._design.frame_by_id.get(frame)
            if found is None:
                return
            yield found.id
            frame = found.frame
