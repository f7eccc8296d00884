"""Studies of the open design: what is asked becomes a study, runs beside the sandbox, and is shown.

Nothing is loaded here: the process that drives a study has no use for a window.
"""
