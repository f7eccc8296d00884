"""Chains of causes: one line a fact, from the first cause on."""

from widgets.causes.fact_row import NARROW, WIDE, FactRow, RowSize

__all__ = ["NARROW", "WIDE", "FactRow", "RowSize"]
