"""The plan: what a design means in primitives, and what can be said of it without running it."""
