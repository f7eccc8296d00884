"""Gestures: one class for each thing that is done by dragging, cancellable at any time."""
