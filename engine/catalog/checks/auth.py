"""Errors: nodes that ask an auth server which they cannot reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.inside import members
from engine.model.admission import Admission
from engine.model.findings import Finding
from engine.model.names import did_you_mean, name_of
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Event
    from engine.model.fields import Config
    from engine.model.policies.auth import Auth


def auth_of(config: Config | None) -> Auth | None:
    """How a node checks who asks, if it does."""
    admission = getattr(config, "admission", None)
    return admission.auth if isinstance(admission, Admission) else None


def account_errors(reading: Reading) -> Iterator[Finding]:
    """Clients that try passwords at accounts of nobody."""
    for node_id, config in reading.configs.items():
        wrong = getattr(config, "wrong_credentials", None)
        if wrong is None or wrong.of is None:
            continue
        clients = sorted(each.id for each in reading.design.nodes if each.kind == "client")
        if wrong.of in clients:
            continue
        hint = did_you_mean(wrong.of, clients)
        remedy = f"did you mean {hint!r}?" if hint else "name one"
        yield Finding(
            level="error",
            code="accounts-of",
            id=node_id,
            field="config.wrong_credentials.of",
            message=f"{wrong.of!r}, at whose accounts {name_of(reading.design, node_id)} tries passwords, is no client; "
            f"{remedy}",
        )


def key_warnings(reading: Reading) -> Iterator[Finding]:
    """Rotations of keys that refuse people: caches that hear of a key too late, old keys that go too early."""
    for event in reading.design.scenario.events:
        if event.kind.hits != "keys":
            continue
        hit = {node.id for node in members(reading.design, event.target)}
        for node_id, config in reading.configs.items():
            auth = auth_of(config)
            if auth is None or auth.mode != "token" or not {auth.server, node_id} & hit:
                continue
            message = _late_keys(auth, event) or _early_end(auth, event)
            if message:
                yield Finding(
                    level="risk",
                    code="key-rotation",
                    id=node_id,
                    field="config.admission.auth",
                    message=f"{name_of(reading.design, node_id)}: {message}",
                )


def _late_keys(auth: Auth, event: Event) -> str:
    """What is wrong with a new key that signs before everybody has fetched it."""
    jwks = auth.jwks
    ahead = event.ahead or 0.0
    if jwks is None or ahead >= jwks.ttl or jwks.cooldown == 0.0:
        return ""
    late = format_quantity(jwks.ttl - ahead if jwks.cooldown is None else jwks.cooldown, "s")
    return (
        f"the new key signs up to {late} before this node knows it, and tokens are refused until then; publish it "
        f"{format_quantity(jwks.ttl, 's')} ahead"
    )


def _early_end(auth: Auth, event: Event) -> str:
    """What is wrong with an old key that goes before the last token that it signed."""
    if event.overlap is None or event.overlap >= auth.ttl:
        return ""
    share = format_quantity(1.0 - event.overlap / auth.ttl, "%")
    return (
        f"{share} of the tokens are signed by the old key when it is withdrawn, and are refused; let it overlap by "
        f"{format_quantity(auth.ttl, 's')}, as long as a token lasts"
    )


def auth_errors(reading: Reading) -> Iterator[Finding]:
    """What keeps nodes from asking their auth servers."""
    design = reading.design
    for node_id, config in reading.configs.items():
        auth = auth_of(config)
        if auth is None or auth.server is None or auth.mode == "none":
            continue
        asked = {link.target for link in design.links if link.source == node_id}
        if auth.server in asked and auth.server != node_id:
            continue
        name = name_of(design, node_id)
        others = sorted(design.node_by_id.keys() - {node_id})
        if auth.server in others:
            server = name_of(design, auth.server)
            message = f"{name} asks {server} who may come in, but no link leads there; draw one"
        else:
            hint = did_you_mean(auth.server, others)
            remedy = f"did you mean {hint!r}?" if hint else "name an auth server"
            message = f"The auth server {auth.server!r} of {name} is no other node; {remedy}"
        yield Finding(
            level="error",
            code="auth-server",
            id=node_id,
            field="config.admission.auth.server",
            message=message,
        )
