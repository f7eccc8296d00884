"""Why something went wrong: the chain of causes, out of what a run recorded."""
