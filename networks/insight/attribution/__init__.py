"""Ways to ask what in a picture speaks for a class: each is one class in its file, all in `METHODS`."""

from __future__ import annotations

from networks.insight.attribution.examined import Examined
from networks.insight.attribution.grad_cam import GradCam
from networks.insight.attribution.gradient import Gradient
from networks.insight.attribution.integrated import IntegratedGradients
from networks.insight.attribution.method import Method
from networks.insight.attribution.occlusion import Occlusion

METHODS: tuple[type[Method], ...] = (Occlusion, GradCam, IntegratedGradients, Gradient)
"""In the order in which they are offered: what needs the fewest words first."""

__all__ = ["METHODS", "Examined", "Method"]
