"""The catalog: one file a component, the explicit list of them, and what designs mean by them."""

from engine.catalog.lower import describe, lower, request_classes
from engine.catalog.registry import COMPONENTS, component
from engine.catalog.typed import DesignError, typed_config, typed_link

__all__ = [
    "COMPONENTS",
    "DesignError",
    "component",
    "describe",
    "lower",
    "request_classes",
    "typed_config",
    "typed_link",
]
