"""The request lane: everything that happens per request. Strictly typed, compiled by mypyc, the same interpreted."""
