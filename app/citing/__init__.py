"""Numbers of runs on notes: picked from what was measured, shown as chips, and judged by every later run."""
