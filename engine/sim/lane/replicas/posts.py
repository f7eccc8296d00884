"""Who leads the partitions of a cluster where each has a leader, and what becomes of that when one is lost.

Writes of a partition are in the order of its leader's log. Each leader begins a new *term*; the time stamp of
a version is its term, and in it its number, so that what a later leader wrote is newer, whatever the clocks say
(Raft, Ongaro and Ousterhout 2014). What only an earlier leader has is *rolled back* once that follows the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i64

from engine.sim.lane.codes import NEVER
from engine.sim.lane.replicas.holding import TERM, Holding, bit_of

if TYPE_CHECKING:
    from engine.sim.lane.replicas.replica import Replica


@final
class Post:
    """Who leads one partition."""

    def __init__(self, place: i64) -> None:
        self.place: i64 = place
        self.leader: Replica | None = None
        self.term: i64 = 0
        self.lost_at = NEVER
        """Since when (s) it has no leader who leads."""
        self.stray: Replica | None = None
        """An earlier leader who goes on where the new one is not reached."""
        self.stray_term: i64 = 0
        self.behind: list[Replica] = []
        """Owners who have not heard yet of the leader."""


class Posts(Holding):
    """Replicas of which one leads in each partition. How requests get at it is said by `Leading`."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[Post] = []
        """By partition."""
        self.strict = True
        """Whether a request fails rather than do with fewer replicas (CP)."""
        self.terms: i64 = 0
        self.elections: i64 = 0
        self.vacant = 0.0
        """Seconds that partitions were without a leader, of all together."""

    def appoint(self) -> None:
        """Have a leader for each partition: the one that it has, where he still owns it, else its first owner."""
        owners = self.partitions.owners
        if len(self.posts) != len(owners):
            self.posts = [Post(place) for place in range(len(owners))]
        for post in self.posts:
            mine = owners[post.place]
            leader = post.leader
            if leader is None or leader not in mine:
                self.terms += 1
                post.term = self.terms
                post.leader = mine[0]
                post.stray, post.behind, post.lost_at = None, [], NEVER
            post.behind = [each for each in post.behind if each in mine]
            if post.stray is not None and post.stray not in mine:
                post.stray = None

    def leads(self, post: Post, replica: Replica) -> bool:
        """Whether an instance leads a partition, to those who reach it: it also reaches most owners, where that counts."""
        if replica is post.stray:
            return not self.strict
        if replica is not post.leader:
            return False
        return not self.strict or self.reaches_most(post, replica)

    def reaches_most(self, post: Post, replica: Replica) -> bool:
        """Whether an owner reaches most owners of its partition that are well, itself included."""
        owners = self.partitions.owners[post.place]
        reached: i64 = 0
        for owner in owners:
            if owner is replica or (is_well(owner) and self.connects(replica, owner)):
                reached += 1
        return 2 * reached > i64(len(owners))

    def leader_for(self, post: Post, here: Replica) -> Replica | None:
        """Who leads a partition as far as an instance reaches; None where nobody does."""
        for one in (post.leader, post.stray):
            reached = one is not None and (one is here or self.reaches(here, one))
            if reached and one is not None and self.leads(post, one):
                return one
        return None

    def is_led(self, post: Post) -> bool:
        """Whether most owners that are well are led: their leader is well, and most reach it."""
        leader = post.leader
        return leader is not None and is_well(leader) and self.reaches_most(post, leader)

    def elect(self, place: i64) -> i64:
        """Have the owner lead a partition that lacks least, of those that most owners can vote for.

        It takes over what these have that it lacks, and they from it: then all of them hold the same. An earlier leader
        who is well goes on by itself where nothing shuts it out.

        Returns:
            Acknowledged writes that are lost: no owner who voted has them; below 0 where nobody can be elected.
        """
        post, owners = self.posts[place], self.partitions.owners[place]
        slots = self._slots_in(place)
        best = self._candidate(post, owners, slots)
        if best is None:
            return -1
        voters = [
            owner
            for owner in owners
            if owner is not best and is_well(owner) and self.reaches(best, owner)
        ]
        for voter in voters:
            if voter not in post.behind:
                for slot in slots:
                    self.take(best, slot, voter.versions[slot], voter.stamps[slot], None)
        self._install(post, best, [owner for owner in owners if owner not in voters])
        for voter in voters:
            self._follow(post, voter, best, slots)
        lost: i64 = 0
        if post.stray is None:
            lost = self._bury(post, best, owners, slots)
        for owner in post.behind:
            if owner is not post.stray:
                self._drop_hints(owner, place)
        self.ledger.survey(self.partitions.owners)
        return lost

    def _candidate(self, post: Post, owners: list[Replica], slots: list[int]) -> Replica | None:
        """The owner that lacks least, of those that most can vote for; None where there is none."""
        best: Replica | None = None
        fewest: i64 = 0
        for owner in owners:
            if owner in post.behind or not is_well(owner) or not self.reaches_most(post, owner):
                continue
            lacking = self._lacking(owner, slots)
            if best is None or lacking < fewest:
                best, fewest = owner, lacking
        return best

    def _install(self, post: Post, new: Replica, others: list[Replica]) -> None:
        """Have an owner lead from now on; others have not voted for it, and so do not know."""
        old = post.leader
        alone = old is not None and old is not new and old in others and is_well(old)
        self.elections += 1
        self.terms += 1
        post.stray = old if alone and not self.strict else None
        post.stray_term = post.term
        post.term = self.terms
        post.leader = new
        post.lost_at = NEVER
        post.behind = [owner for owner in others if owner is not new]

    def rejoin(self, place: i64, owner: Replica) -> i64:
        """Have an owner follow the leader of its partition, of whom it hears for the first time.

        Returns:
            Acknowledged writes that are lost: it alone had them.
        """
        post, owners = self.posts[place], self.partitions.owners[place]
        leader = post.leader
        post.behind = [each for each in post.behind if each is not owner]
        if leader is None or owner is leader:
            return 0
        slots = self._slots_in(place)
        self._follow(post, owner, leader, slots)
        self._drop_hints(owner, place)
        lost: i64 = 0
        if post.stray is owner:
            post.stray = None
            lost = self._bury(post, leader, owners, slots)
        self.ledger.survey(self.partitions.owners)
        return lost

    def sources(self, slot: i64, owners: list[Replica]) -> list[Replica]:
        """Who has versions of a key that others lack: where there is a leader, nobody else does."""
        if not self.led:
            return owners
        leader = self.posts[self.ledger.partition[slot]].leader
        return [] if leader is None else [leader]

    def has_heard(self, post: Post, owner: Replica) -> bool:
        """Whether an owner knows the leader of its partition."""
        return owner not in post.behind

    def _slots_in(self, place: i64) -> list[int]:
        """The slots of the keys of a partition that were written."""
        ledger = self.ledger
        found: list[int] = []
        slot: i64 = 0
        room = ledger.room()
        while slot < room:
            if ledger.begun[slot] > 0 and ledger.partition[slot] == place:
                found.append(int(slot))
            slot += 1
        return found

    def _lacking(self, owner: Replica, slots: list[int]) -> i64:
        """Of how many keys an owner has not the newest acknowledged version."""
        lacking: i64 = 0
        for slot in slots:
            if owner.versions[slot] < self.ledger.acked[slot]:
                lacking += 1
        return lacking

    def _follow(self, post: Post, owner: Replica, leader: Replica, slots: list[int]) -> None:
        """Have an owner hold what the leader does: what it alone had is rolled back."""
        owners = self.partitions.owners[post.place]
        bit, everybody = bit_of(owners, owner), (1 << i64(len(owners))) - 1
        stray = post.stray_term if post.stray is not None else 0
        for slot in slots:
            version, stamp = leader.versions[slot], leader.stamps[slot]
            if owner.versions[slot] != version:
                owner.versions[slot] = version
                owner.stamps[slot] = stamp
                self.repaired += 1
                self.saw(owner, slot)
            term: i64 = i64(stamp / TERM)
            self.conflicts.followed(slot, version, term, bit, everybody, stray)

    def _bury(self, post: Post, leader: Replica, owners: list[Replica], slots: list[int]) -> i64:
        """Give up the writes of earlier leaders that the new one does not have; how many were acknowledged."""
        bit = bit_of(owners, leader)
        lost: i64 = 0
        ledger = self.ledger
        for slot in slots:
            gone = self.conflicts.bury(slot, bit, post.term)
            if gone > 0:
                lost += gone
                ledger.acked[slot] = min(ledger.acked[slot], leader.versions[slot])
        self.lost_writes += lost
        self.flawed = self.flawed or lost > 0
        return lost

    def _drop_hints(self, owner: Replica, place: i64) -> None:
        """Have who leads no more send nothing more of what it wrote down."""
        gone = [
            name for name, hint in owner.hints.items() if self.ledger.partition[hint.slot] == place
        ]
        for name in gone:
            del owner.hints[name]


def is_well(replica: Replica) -> bool:
    """Whether an instance does anything at all."""
    pool = replica.pool
    return not (pool.down or pool.frozen or pool.halted)
