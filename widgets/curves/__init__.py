"""Live charts of what runs measure."""

from widgets.curves.panel import CurvesPanel

__all__ = ["CurvesPanel"]
