"""What happened to users: logged out, as sessions or credentials are gone, or not let in, as they are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.policies.auth import Auth
from engine.model.policies.user_sessions import UserSessions
from engine.plan.sessions import session_link
from engine.why import words
from engine.why.fact import Fact
from engine.why.points import FEW
from engine.why.stretch import behind

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.plan.primitives import LinkPlan, NodePlan
    from engine.why.events import Events
    from engine.why.record import Record
    from engine.why.signs import Signs
    from engine.why.stretch import Stretch

_EARLIER: Final = 30.0
"""Seconds by which it may be over before what it causes is seen."""
_SHUT_OUT: Final = (
    ("wrong_passwords", "requests carry wrong passwords"),
    ("unknown_key", "tokens are refused, as their key is not known there"),
    ("locked_out", "logins are refused, as others had the accounts locked"),
    ("unchecked", "requests are refused, as the auth server says nothing"),
)
_LOGGED_OUT: Final = "users are logged out, as their sessions are gone"


class Users:
    """The users of a record, by the nodes that know them."""

    def __init__(
        self,
        record: Record,
        signs: Signs,
        events: Events,
        name: Callable[[str], str],
        note: Callable[[str, Fact], None],
    ) -> None:
        """Read this record; items are called by their names, and facts are noted."""
        self._signs = signs
        self._events = events
        self._name = name
        self._note = note
        self._nodes = {each.id: each for each in record.plan.nodes}
        self._links = record.plan.links

    def shut_out(self, node: str, near: Stretch) -> bool:
        """Note why authentication refuses requests; says whether it is for want of an answer of the server."""
        plan = self._nodes[node]
        unanswered = False
        for what, says in _SHUT_OUT:
            found = behind(self._signs.counted(node, what), near, _EARLIER)
            if found is None or found.total < FEW:
                continue
            self._tell(node, what, says, found)
            unanswered = unanswered or what == "unchecked"
            if what in ("wrong_passwords", "locked_out"):
                self._guessers(found)
        self._at_server(plan, near)
        return unanswered

    def logged_out(self, node: str, near: Stretch) -> None:
        """Note that users of a node are logged out, and what took their sessions."""
        plan = self._nodes[node]
        for what in ("logged_out", "logins"):
            found = behind(self._signs.logged_out(node, what), near, _EARLIER)
            if found is None:
                continue
            if what == "logins":
                self._tell_logins(plan, found)
            else:
                self._tell(node, what, _LOGGED_OUT, found)
            self._events.on_node(node, found, self._note)
            self._at_server(plan, found)
            if plan.gate(UserSessions) is not None:
                self._at_store(plan, found)

    def guesses(self, client: str, near: Stretch) -> None:
        """Note that a client's requests carry wrong passwords."""
        traffic = self._nodes[client].traffic
        if traffic is not None and traffic.wrong_credentials is not None:
            self._note("guesses", self._guess(client, near))

    def link_to_server(self, node: str) -> LinkPlan | None:
        """The link over which a node asks who may come in."""
        return next((each for each in self._links if each.source == node and each.checks), None)

    def _tell(self, node: str, what: str, says: str, found: Stretch) -> None:
        """Note how many there were."""
        text = f"{self._name(node)}: {found.total:,.0f} {says}"
        self._note(what, Fact(found.seen, text, node=node, value=found.total))

    def _tell_logins(self, plan: NodePlan, found: Stretch) -> None:
        """Note that users have to log in, and how many have: who has not may be many more, refused or waiting.

        How many users that were is only known where a credential lasts longer than what is looked at, so that nobody
        logs in twice.
        """
        made, seconds = found.total, found.end - found.start
        text = f"{self._name(plan.id)}: users have to log in"
        auth, users = plan.gate(Auth), self._users_of(plan.id)
        if auth is not None and seconds <= auth.ttl and users is not None and made <= users:
            text += f", {made:,.0f} of {users:,} have within {words.seconds(seconds)}"
        else:
            text += f", {made:,.0f} logins within {words.seconds(seconds)}"
        self._note("logins", Fact(found.seen, text, node=plan.id, value=made))

    def _users_of(self, node: str) -> int | None:
        """How many users can come to a node; None where there is no telling."""
        above, new = {node}, [node]
        while new:
            target = new.pop()
            for link in self._links:
                if link.target == target and not link.checks and link.source not in above:
                    above.add(link.source)
                    new.append(link.source)
        count = 0
        for name in above:
            traffic = self._nodes[name].traffic
            wrong = None if traffic is None else traffic.wrong_credentials
            if traffic is None or (wrong is not None and wrong.share >= 1.0):
                continue  # who only guesses at accounts never gets in
            if traffic.process == "sessions":
                return None
            # A client whose users are not told apart is one.
            count += max(1, traffic.users if traffic.process == "closed" else traffic.known_users)
        return count

    def _at_server(self, plan: NodePlan, near: Stretch) -> None:
        """Note what happened to the server that knows the users of a node."""
        if plan.gate(Auth) is not None and plan.auth_server is not None:
            self._events.on_node(plan.auth_server, near, self._note)

    def _at_store(self, plan: NodePlan, near: Stretch) -> None:
        """Note what happened to what keeps the sessions of a node."""
        name = session_link(plan, self._links)
        for link in self._links:
            if link.id == name:
                self._events.on_link(link, near, self._note)
                self._events.on_node(link.target, near, self._note)

    def _guessers(self, near: Stretch) -> None:
        """Note who tries passwords at accounts."""
        for plan in self._nodes.values():
            if plan.traffic is not None and plan.traffic.wrong_credentials is not None:
                self._note("guesses", self._guess(plan.id, near))

    def _guess(self, client: str, near: Stretch) -> Fact:
        """Who tries passwords, and at whose accounts."""
        traffic = self._nodes[client].traffic
        wrong = None if traffic is None else traffic.wrong_credentials
        whose = (
            "its own accounts"
            if wrong is None or not wrong.of
            else f"the accounts of {self._name(wrong.of)}"
        )
        text = f"{self._name(client)} tries wrong passwords at {whose}"
        return Fact(near.start, text, node=client, first=True)
