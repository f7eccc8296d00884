"""Errors: nodes that ask an auth server which they cannot reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.admission import Admission
from engine.model.findings import Finding
from engine.model.names import did_you_mean, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.fields import Config
    from engine.model.policies.auth import Auth


def auth_of(config: Config | None) -> Auth | None:
    """How a node checks who asks, if it does."""
    admission = getattr(config, "admission", None)
    return admission.auth if isinstance(admission, Admission) else None


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
