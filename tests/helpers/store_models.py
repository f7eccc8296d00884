"""Keyed stores that are too simple to be wrong: a dict of entries, and a list that says who goes."""

from __future__ import annotations

from dataclasses import dataclass

from engine.sim.lane.draws import Streams


@dataclass
class Entry:
    version: int
    written_at: float
    expires_at: float
    size: int
    owner: int


class Model:
    """Evicts by order; `renews` tells LRU from FIFO."""

    def __init__(self, capacity: int, capacity_bytes: int, *, renews: bool = False) -> None:
        self.capacity = capacity
        self.capacity_bytes = capacity_bytes
        self.renews = renews
        self.entries: dict[int, Entry] = {}
        self.line: list[int] = []
        self.evictions = 0

    @property
    def bytes(self) -> int:
        return sum(entry.size for entry in self.entries.values())

    def find(self, key: int, now: float) -> Entry | None:
        entry = self.entries.get(key)
        if entry is None:
            return None
        if entry.expires_at <= now:
            self.drop(key)
            return None
        self.used(key)
        return entry

    def put(self, key: int, entry: Entry) -> None:
        if entry.size > self.capacity_bytes:
            self.drop(key)
        elif key in self.entries:
            self.entries[key] = entry
            self.used(key)
            while self.bytes > self.capacity_bytes:
                self.evict(self.victim())
        elif self.lets_in(key, entry.size):
            self.entries[key] = entry
            self.line.append(key)

    def full(self, size: int) -> bool:
        many = len(self.entries) >= self.capacity
        return bool(self.entries) and (many or self.bytes + size > self.capacity_bytes)

    def lets_in(self, key: int, size: int) -> bool:
        while self.full(size):
            self.evict(self.victim())
        return self.capacity > 0

    def evict(self, key: int) -> None:
        self.drop(key)
        self.evictions += 1

    def drop(self, key: int) -> None:
        if key in self.entries:
            del self.entries[key]
            self.leave(key)

    def clear(self) -> None:
        self.entries.clear()
        self.line.clear()

    def used(self, key: int) -> None:
        if self.renews:
            self.line.remove(key)
            self.line.append(key)

    def leave(self, key: int) -> None:
        self.line.remove(key)

    def victim(self) -> int:
        return self.line[0]

    def order(self) -> list[int]:
        return self.line


class RandomModel(Model):
    """Evicts by lot; the last in line takes the place of whoever goes."""

    def __init__(self, capacity: int, capacity_bytes: int) -> None:
        super().__init__(capacity, capacity_bytes)
        self.uniforms = Streams(1).uniform("store", "evict")

    def victim(self) -> int:
        return self.line[int(self.uniforms.draw() * len(self.line))]

    def leave(self, key: int) -> None:
        place = self.line.index(key)
        self.line[place] = self.line[-1]
        self.line.pop()


class LfuModel(Model):
    """Evicts the least used; of so many keys that are not there it knows how often they were used.

    Once it holds entries, of four for each at least.
    """

    def __init__(self, capacity: int, capacity_bytes: int, limit: int) -> None:
        super().__init__(capacity, capacity_bytes)
        self.limit = limit
        self.uses: dict[int, tuple[int, int]] = {}
        """Uses of what is stored, and since when: the older of equals goes."""
        self.ghosts: dict[int, tuple[int, int]] = {}
        self.tick = 0

    def since(self, uses: int) -> tuple[int, int]:
        self.tick += 1
        return uses, self.tick

    def find(self, key: int, now: float) -> Entry | None:
        if key in self.entries:
            self.uses[key] = self.since(self.uses[key][0] + 1)
        elif key in self.ghosts:
            self.ghosts[key] = self.since(self.ghosts[key][0] + 1)
        else:
            if len(self.ghosts) >= self.limit:
                del self.ghosts[min(self.ghosts, key=self.ghosts.__getitem__)]
            self.ghosts[key] = self.since(1)
        return super().find(key, now)

    def keep(self, key: int, uses: int) -> None:
        if uses == 0:
            return
        if len(self.ghosts) >= self.limit:
            least = min(self.ghosts, key=self.ghosts.__getitem__)
            if self.ghosts[least][0] > uses:
                return
            del self.ghosts[least]
        self.ghosts[key] = self.since(uses)

    def lets_in(self, key: int, size: int) -> bool:
        if self.capacity <= 0:
            return False
        uses, _ = self.ghosts.pop(key, (0, 0))
        while self.full(size):
            if self.uses[self.victim()][0] > uses:
                self.keep(key, uses)
                self.evictions += 1
                return False
            self.evict(self.victim())
        self.uses[key] = self.since(uses)
        self.limit = max(self.limit, 4 * len(self.uses))
        return True

    def leave(self, key: int) -> None:
        super().leave(key)
        self.keep(key, self.uses.pop(key)[0])

    def victim(self) -> int:
        return min(self.uses, key=self.uses.__getitem__)

    def clear(self) -> None:
        super().clear()
        self.uses.clear()
        self.ghosts.clear()

    def order(self) -> list[int]:
        return sorted(self.uses, key=self.uses.__getitem__)
