"""Speed and memory against references measured in the same run: `make bench`."""
