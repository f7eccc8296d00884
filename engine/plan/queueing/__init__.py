"""Queueing theory: closed forms and named approximations, on plain numbers. Times in seconds."""
