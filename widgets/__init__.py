"""Qt views of Windtunnel: they show data, emit what the person wants, and own nothing."""
