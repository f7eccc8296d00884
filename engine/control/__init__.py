"""SimPy processes: everything that happens a few times a simulated second."""
