"""The catalog: one file a component, and the explicit list of them."""
