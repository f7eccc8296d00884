"""What requests are: key popularity and request classes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.model.fields import Config, setting


class ZipfKeys(Config):
    """Zipf popularity: key k is asked for in proportion to k^-alpha."""

    law: Literal["zipf"] = "zipf"
    count: int = setting(10_000, title="Keys", help="Number of distinct keys.", ge=1, le=10_000_000)
    alpha: float = setting(
        0.8,
        title="Skew",
        help="Zipf exponent; web caches see .64 to .83 (Breslau 1999).",
        ge=0.0,
        le=10.0,
    )


class UniformKeys(Config):
    """Every key is asked for equally often."""

    law: Literal["uniform"] = "uniform"
    count: int = setting(10_000, title="Keys", help="Number of distinct keys.", ge=1, le=10_000_000)


Keys = Annotated[ZipfKeys | UniformKeys, Field(discriminator="law")]


class RequestClass(BaseModel):
    """One kind of request: what it does, how big it is, which keys it touches."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, allow_inf_nan=False)

    name: str = setting(
        "request", title="Name", help="Name, used by mixes and links.", max_length=64
    )
    operation: Literal["read", "write"] = setting(
        "read", title="Operation", help="Reads look keyed stores up; writes change them."
    )
    request_bytes: float = setting(
        1000.0, title="Request size", unit="B", help="Bytes sent.", ge=0.0, le=1e15
    )
    response_bytes: float = setting(
        10_000.0, title="Response size", unit="B", help="Bytes answered.", ge=0.0, le=1e15
    )
    keys: Keys = setting(ZipfKeys(), title="Keys", help="Which keys it asks for, and how often.")
    priority: int = setting(
        0, title="Priority", help="0 is served first where the discipline is priority.", ge=0, le=3
    )
    deadline: float | None = setting(
        None,
        title="Deadline",
        unit="s",
        help="Time after which nobody wants the answer.",
        gt=0.0,
        le=1e9,
    )
