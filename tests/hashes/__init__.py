"""The results that every machine has to get, to the last bit."""
