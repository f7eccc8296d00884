"""What requests are: key popularity and request classes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from engine.model.fields import Config, setting
from engine.model.quantities import Quantified


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


class HotKeys(Config):
    """A few hot keys get a share of all requests; among them, and among the others, all are equal."""

    law: Literal["hot"] = "hot"
    count: int = setting(10_000, title="Keys", help="Number of distinct keys.", ge=2, le=10_000_000)
    hot: int = setting(100, title="Hot keys", help="How many of them are hot.", ge=1, le=9_999_999)
    share: float = setting(
        0.9,
        title="Hot share",
        unit="%",
        help="Share of the requests that ask for a hot key. The default is a choice: 1 % of the keys "
        "get 90 % of the requests.",
        ge=0.0,
        le=1.0,
    )

    @model_validator(mode="after")
    def _hotter(self) -> Self:
        """Refuse hot keys that are all there are, or that are asked for less often than the others."""
        if self.hot >= self.count:
            msg = f"hot ({self.hot}) should be below count ({self.count}); or take uniform keys"
            raise ValueError(msg)
        if self.share < self.hot / self.count:
            least = self.hot / self.count
            msg = (
                f"share ({self.share:g}) is less than equal keys would get; give {least:g} or more"
            )
            raise ValueError(msg)
        return self


Keys = Annotated[ZipfKeys | UniformKeys | HotKeys, Field(discriminator="law")]


class RequestClass(Quantified):
    """One kind of request: what it does, how big it is, which keys it touches."""

    model_config = ConfigDict(
        frozen=True, extra="allow", strict=True, allow_inf_nan=False, defer_build=True
    )

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
