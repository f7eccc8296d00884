"""Statistics of simulation output: intervals, warm-up, batch means. Numbers in, numbers out; it imports no other layer."""
