"""Run by the frozen application before everything else: an empty module in place of Qt's OpenGL.

The chart library imports ``PySide6.QtOpenGL`` wherever it is drawn to, and uses it only for curves that
are painted by OpenGL, which ours never are. The real module is 9 MB.
"""

import sys
import types

sys.modules["PySide6.QtOpenGL"] = types.ModuleType("PySide6.QtOpenGL")
