"""Checks of a design: errors that keep it from running, warnings, and risks in what would run."""
