"""Run by the frozen application before everything else: empty modules in place of Qt's OpenGL.

The chart library imports ``PySide6.QtOpenGL`` and ``PySide6.QtOpenGLWidgets`` wherever it is drawn to,
and uses them only for curves that are painted by OpenGL, which ours never are. The real modules, with
the libraries that they load, are 10 MB.
"""

import sys
import types


class QOpenGLWidget:
    """The base of a chart that OpenGL paints; none is ever made."""


sys.modules["PySide6.QtOpenGL"] = types.ModuleType("PySide6.QtOpenGL")
widgets = types.ModuleType("PySide6.QtOpenGLWidgets")
widgets.QOpenGLWidget = QOpenGLWidget
sys.modules["PySide6.QtOpenGLWidgets"] = widgets
