"""Traces: what happened to single requests, call by call, and what that tells."""
