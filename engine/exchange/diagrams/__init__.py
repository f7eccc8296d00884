"""Diagrams that other tools draw, read as designs."""
