"""Presenting a design: steps of a view, a moment and a few words, made in a card and shown full-screen."""
