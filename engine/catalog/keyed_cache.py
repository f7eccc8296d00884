"""What the cache says of a keyed store, for components that are caches in several places.

They have its fields, so that one that is added there is theirs as well, and its primitives, to which they add their own.
"""

from engine.catalog.cache import PRESET, CacheConfig, lower

CACHE_METRICS = PRESET.component.metrics
"""What every keyed store counts."""

__all__ = ["CACHE_METRICS", "CacheConfig", "lower"]
