"""The calls by which nodes find the sessions of their users, as theory takes them: as a part of their flow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.model.policies.user_sessions import UserSessions
from engine.plan.flow import flow_of
from engine.plan.forwarding import as_forwarded
from engine.plan.primitives import INFINITE
from engine.plan.sessions import carried, session_link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.plan.primitives import NodePlan, Plan


def with_session_calls(plan: Plan) -> Plan:
    """A plan whose flows say which calls are made for sessions, and that knows nothing else of sessions.

    Where sessions are kept in instances or in cookies, no time and no rate depends on them.
    """
    if not any(node.gate(UserSessions) for node in plan.nodes if node.gates):
        return plan
    nodes = {node.id: _told(node, plan) for node in plan.nodes}
    links = tuple(as_forwarded(link, nodes[link.source]) for link in plan.links)
    return replace(plan, nodes=tuple(nodes.values()), links=links)


def _told(node: NodePlan, plan: Plan) -> NodePlan:
    """A node whose flow has the calls for its sessions."""
    if node.gates and node.gate(UserSessions) is not None:
        leaving = [link for link in plan.links if link.source == node.id]
        if session_link(node, leaving) is not None:
            node = replace(node, flow=flow_of(node, leaving, plan.classes))
        gates = tuple(each for each in node.gates if not isinstance(each, UserSessions))
        node = replace(node, gates=gates)
    return node


def session_doubts(plan: Plan) -> Iterator[str]:
    """What theory does not know of the sessions of a plan."""
    found = carried(plan)
    if not found.stored and not found.cookies:
        return
    nodes = {node.id: node for node in plan.nodes}
    strangers = any(
        each.traffic.process not in ("closed", "sessions") and not each.traffic.known_users
        for each in plan.nodes
        if each.traffic is not None
    )
    for link in plan.links:
        if link.id in found.stored:
            if strangers:
                yield f"requests of nobody in particular are taken to ask {plan.name(link.target)} for a session"
            if nodes[link.target].store is not None:
                yield f"sessions in {plan.name(link.target)} are taken as keys like those of requests"
        if link.id in found.cookies and link.bandwidth < INFINITE:
            yield f"cookies over {plan.name(link.id)} are taken to have no bytes"
