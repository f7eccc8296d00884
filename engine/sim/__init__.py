"""The simulator: a SimPy clock, a compiled request lane, and what they show."""
