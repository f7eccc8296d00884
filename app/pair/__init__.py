"""Two designs or two runs side by side: one time, one seed and one camera for both, each with its own engine.

``desk`` opens and closes the window, and is all that the rest of the application knows; the window, which
loads charts, is imported when it is first asked for.
"""
