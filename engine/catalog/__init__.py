"""The catalog: one file a component, the explicit list of them, and what designs mean by them.

Each name is loaded when it is first asked for: whoever shows the list of components does not wait for the checks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.catalog.checking import check
    from engine.catalog.events import describe
    from engine.catalog.lowerer import Lowerer
    from engine.catalog.lowering import lower
    from engine.catalog.registry import COMPONENTS, component
    from engine.catalog.typed import DesignError, typed_config, typed_link
else:
    _MODULES: Final = {
        "COMPONENTS": "registry",
        "DesignError": "typed",
        "Lowerer": "lowerer",
        "check": "checking",
        "component": "registry",
        "describe": "events",
        "lower": "lowering",
        "typed_config": "typed",
        "typed_link": "typed",
    }
    """Where each name is. Type checkers know from the imports above, and of no name that is not there."""

    def __getattr__(name: str) -> object:
        """Load what is asked for first, and keep it."""
        if name not in _MODULES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = found
        return found


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
