"""Which component a box of a diagram is, guessed by the words on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container

DEFAULT: Final = "service"
_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"load.?balanc\w*|balancer|lb|alb|nlb|elb|haproxy|envoy|reverse.?proxy|ingress|nginx", ("load_balancer",)),
    (r"rate.?limit\w*|throttl\w*", ("rate_limiter",)),
    (r"(?:api|app|application)?.?gateway|bff|kong|apigee", ("api_gateway",)),
    (r"cdn|edge.?cache|cloudfront|fastly|akamai", ("cdn", "cache")),
    (r"dns|route ?53|name.?server", ("dns",)),
    (r"waf|web.?application.?firewall", ("waf", "rate_limiter")),
    (r"auth\w*|identity|oauth2?|oidc|login.?server|sso|keycloak", ("auth",)),
    (r"cache|caching|redis|memcached?|valkey|varnish", ("cache",)),
    (r"workers?|consumers?|job.?runner|celery|sidekiq", ("worker",)),
    (r"topic|stream|kafka|pulsar|kinesis|event.?bus|event.?hub|pub.?sub", ("topic", "queue")),
    (r"queue|mq|rabbit\w*|sqs|broker|message.?bus|messages?", ("queue",)),
    (r"etcd|zookeeper|consul|chubby|coordinator|lock.?service", ("coordinator",)),
    (r"external|third.?party|stripe|paypal|twilio|sendgrid", ("external_api", "service")),
    (r"lambda|functions?|serverless|faas", ("function", "service")),
    (r"s3|blob\w*|object.?(?:storage|store)|bucket", ("object_storage", "sql_database")),
    (r"dynamo\w*|cassandra|key.?value\w*|scylla\w*|kv", ("key_value_cluster", "sql_database")),
    (
        r"\w*sql\w*|db|\w+db|database\w*|postgres\w*|oracle|aurora|rds|mongo\w*|data.?store|replica|primary|elastic\w*",
        ("sql_database",),
    ),
    (r"attackers?|bot(?:s|net)?", ("attacker", "client")),
    (
        (r"clients?|users?|browsers?|mobile(?:.?apps?)?|phones?|ios|android|customers?|shoppers?|visitors?|players?"
        r"|devices?|people|person|traffic|internet"),
        ("client",),
    ),
)  # fmt: skip
"""Words, and the kinds they stand for: the first that there is. Earlier lines win."""
_SERVED: Final = re.compile(r"\b(?:service|server|api|microservice|svc|backend)\b")
"""Words after which users, queues and the like are what it is about, not what it is: *user service*."""
_CALLERS: Final = frozenset({"client"})
_PATTERNS: Final = tuple((re.compile(rf"\b(?:{words})\b"), kinds) for words, kinds in _WORDS)
_ABOUT: Final = frozenset({"client", "attacker", "queue", "worker", "topic", "key_value_cluster"})


def guessed(label: str, own: str, shape: str, known: Container[str]) -> tuple[str, bool]:
    """The kind of a box, and whether anything told it.

    Args:
        label: what stands on it.
        own: its id, read where the label tells nothing.
        shape: ``store`` for a cylinder.
        known: kinds that there are.
    """
    for text in (label, own):
        words = re.sub(r"[_\-/.]+", " ", _apart(text)).lower()
        kind = _by_words(words, known)
        if kind is not None:
            return kind, True
        if _SERVED.search(words):
            return DEFAULT, True
    if shape == "store":
        return "sql_database", True
    return DEFAULT, False


def _by_words(words: str, known: Container[str]) -> str | None:
    """The kind that the words stand for."""
    served = _SERVED.search(words) is not None
    for pattern, kinds in _PATTERNS:
        if pattern.search(words) is None or (served and kinds[0] in _ABOUT):
            continue
        return next((kind for kind in kinds if kind in known), DEFAULT)
    return None


def _apart(text: str) -> str:
    """``OrdersDb`` as ``Orders Db``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
