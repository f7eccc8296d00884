"""What a link's bytes and connections meet: both are off where a link does not say otherwise."""

from __future__ import annotations

from typing import Literal

from engine.model.backoff import Reconnect
from engine.model.fields import Config, setting

Protocol = Literal["none", "tcp", "tls_1_2", "tls_1_3", "tls_1_3_0rtt", "quic", "quic_0rtt"]


class Connection(Config):
    """Connections that each instance of the caller keeps to each instance of the target."""

    per: Literal["auto", "caller", "user"] = setting(
        "auto",
        title="Held by",
        help="auto: by each user where a client tells its users apart and there is no limit, else by the caller. "
        "caller: all users of a client, and all requests of an instance, share connections, as those of a proxy "
        "or a pool do. user: each user of a client has its own, as browsers and devices do; a request without a user "
        "(a client that is neither closed nor of sessions) opens one for itself alone.",
    )
    protocol: Protocol = setting(
        "tls_1_3",
        title="Set-up",
        help="Round trips before the first request: TCP one, with TLS 1.2 three, with TLS 1.3 two, "
        "QUIC one. 0-RTT, for a session that is resumed, saves one (RFC 8446, RFC 9000). "
        "None: connections are open already.",
    )
    streams: int = setting(
        1,
        title="Streams",
        help="Requests under way at a time on a connection: 1 is HTTP/1.1 and most databases, 100 is "
        "HTTP/2 and HTTP/3 (RFC 9113 advises no less). A loss stalls all streams of a TCP connection, "
        "with QUIC only its own. Without streams, giving up closes the connection.",
        ge=1,
        le=1_000_000,
    )
    max_connections: int | None = setting(
        6,
        title="At most",
        help="Connections of one holder to one instance of the target; further requests wait, and their timeout "
        "runs. Browsers open 6 a host over HTTP/1.1. None is as many as it takes.",
        ge=1,
        le=1_000_000,
    )
    max_pending: int | None = setting(
        None,
        title="Most waiting",
        help="Requests to one instance of the target that may wait for a connection to be free, beyond "
        "those for which one is being set up; more fail at once with queue_full (Envoy: 1024). "
        "None is any number.",
        ge=0,
        le=10_000_000,
    )
    max_requests: int | None = setting(
        1000,
        title="Requests each",
        help="Requests after which a connection is closed (nginx keepalive_requests: 1000); 1 opens "
        "a new one for each.",
        ge=1,
        le=1_000_000_000,
    )
    idle_timeout: float | None = setting(
        60.0,
        title="Idle timeout",
        unit="s",
        help="The caller closes a connection without requests after this (usual: 60 s).",
        gt=0.0,
        le=1e9,
    )
    server_idle_timeout: float | None = setting(
        None,
        title="Server's idle timeout",
        unit="s",
        help="The target closes a connection without requests after this (AWS ALB 60 s, nginx keepalive_timeout 75 s, "
        "Node.js 5 s). The caller hears of that one crossing later; what it sends until then fails with network (the "
        "502 of a proxy). With a shorter idle timeout of the caller that never happens. None: the caller closes first.",
        gt=0.0,
        le=1e9,
    )
    reconnect: Reconnect | None = setting(
        None,
        title="Reconnect",
        help="Whoever has lost a connection, since the instance at its other end died or was cut off, sets up another "
        "by itself, and tries again until it has one (WebSocket, MQTT and gRPC clients). The handshake then takes its "
        "turn at the target's workers like a request, beside all the others. Off: with its next request.",
    )
    slow_start: Literal["off", "new_connections", "after_idle"] = setting(
        "new_connections",
        title="Slow start",
        help="A new connection sends 10 segments of 1460 B, then doubles each round trip (RFC 6928): "
        "14.6, 100 and 1000 kB take 1, 3 and 7 round trips. After idle: also after a pause longer than "
        "the retransmission time-out (RFC 5681).",
    )


class Encryption(Config):
    """What encryption costs the workers of the target."""

    certificate: Literal["ecdsa", "rsa"] = setting(
        "ecdsa",
        title="Certificate",
        help="Work for each new connection: ECDSA .095 ms, RSA 2048 .35 ms (openssl speed on one core). "
        "Needs connections to be on. The caller's own work is left out.",
    )
    per_kilobyte: float = setting(
        0.8e-6,
        title="Work a kB",
        unit="s",
        help="Work for each 1000 bytes of request and response (AES-GCM: .8 µs).",
        ge=0.0,
        le=1.0,
    )
