"""Recorded traffic: from a load tool's output, an access log or a table to what a client replays.

A design follows no path, so a recording is read once, when it is imported, and kept in the design.
"""
