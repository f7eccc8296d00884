"""How much memory a run may take (bytes)."""

from typing import Final

DEFAULT_MEMORY: Final = 2e9
"""Where nothing else is said."""
LEAST_MEMORY: Final = 1e7
MOST_MEMORY: Final = 1e15
