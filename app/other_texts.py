"""What a text is that is neither a design nor anything that can be taken into one: manifests, templates, tables."""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = 20_000
"""Characters that are looked at."""
_DEPLOYED: Final = (
    ("a Kubernetes manifest", (r"^apiVersion:\s*\S", r"^kind:\s*\S")),
    ("a Docker Compose file", (r"^services:\s*$", r"^\s+(image|build):")),
    ("a CloudFormation template", (r"^(AWSTemplateFormatVersion|Resources):", r"^\s+Type:\s*.?AWS::")),
    ("a Terraform file", (r"^resource\s+\"", r"^\}")),
)  # fmt: skip
"""What describes a system as well, with patterns that all occur in it."""
_NAMED: Final = {
    ".yaml": "a YAML text",
    ".yml": "a YAML text",
    ".toml": "a TOML text",
    ".md": "a text of Markdown",
    ".py": "a Python program",
}


def sort_of(data: bytes, suffix: str) -> str:
    """What a text is by its words, else by the suffix of its name; a text where nothing is known.

    Args:
        data: the first bytes.
        suffix: of the name, with its dot.
    """
    if b"\0" in data:
        return "a binary file"
    text = data.decode("utf-8", "replace")[:_HEAD]
    for sort, patterns in _DEPLOYED:
        if all(re.search(each, text, re.MULTILINE) for each in patterns):
            return f"{sort}, which Windtunnel does not read"
    return _NAMED.get(suffix.lower(), "a text")


def sort_of_object(keys: frozenset[str]) -> str:
    """The same of a JSON object by its fields; empty where it may be a broken design."""
    if {"apiVersion", "kind"} <= keys:
        return "a Kubernetes manifest, which Windtunnel does not read"
    if {"Resources"} <= keys:
        return "a CloudFormation template, which Windtunnel does not read"
    return ""
