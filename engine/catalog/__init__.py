"""The catalog: one file a component, the explicit list of them, and what designs mean by them."""

from engine.catalog.check import check
from engine.catalog.events import describe
from engine.catalog.lower import lower
from engine.catalog.lowerer import Lowerer
from engine.catalog.registry import COMPONENTS, component
from engine.catalog.typed import DesignError, typed_config, typed_link

__all__ = [
    "COMPONENTS",
    "DesignError",
    "Lowerer",
    "check",
    "component",
    "describe",
    "lower",
    "typed_config",
    "typed_link",
]
