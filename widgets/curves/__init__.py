"""Live charts of loss and accuracy: every step kept, drawn as often as one can see."""

from widgets.curves.panel import CurvesPanel

__all__ = ["CurvesPanel"]
