"""Request classes of recorded requests: by method and path, as a router would tell them apart."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_LONGEST: Final = 64
"""Characters of the name of a class."""
_ID: Final = re.compile(
    r"\d+|(?=[^/]*\d)[0-9a-fA-F]{8,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[^/]*\d[^/]{15,}"
)
"""A part of a path that names one thing of many: a number, a digest, a UUID, a long token."""
READS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


def class_of(method: str, target: str) -> str:
    """The class of a request, such as ``GET /items/{id}``: without host, query and what is only one's own."""
    try:
        path = urlsplit(target).path
    except ValueError:
        path = target
    parts = ["{id}" if _ID.fullmatch(part) else part for part in (path or "/").split("/")]
    return f"{method.upper()} {'/'.join(parts)}".strip()[:_LONGEST]


def class_of_request_line(line: str) -> str:
    """The class of an HTTP request line, ``GET /items/42 HTTP/1.1``; ``other`` where it is none."""
    method, _, rest = line.partition(" ")
    target = rest.rpartition(" ")[0] or rest
    return class_of(method, target) if method.isalpha() and target else "other"


def operation_of(name: str) -> str:
    """Whether a class reads or writes, by the method in its name; others read."""
    method = name.partition(" ")[0]
    return "write" if method.isalpha() and method.isupper() and method not in READS else "read"
