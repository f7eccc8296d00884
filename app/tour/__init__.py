"""The tour: five steps that each wait until the person has really done it."""

from __future__ import annotations

from app.tour.guide import Guide

__all__ = ["Guide"]
