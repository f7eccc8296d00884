"""Published simulators beside this one: the same workloads, speed and results, in one run.

`environment` makes a Python environment of their own, `theirs` runs there, `ours` has the designs.
"""
