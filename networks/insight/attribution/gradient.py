"""The gradient of a score: how it would change if a pixel became a little brighter."""

from __future__ import annotations

import torch

from networks.core.message import message
from networks.insight.attribution.examined import Examined, gradient_of, of_aim
from networks.insight.attribution.method import Attributed, Method, Progress
from networks.xray.heat import Asked, Description


class Gradient(Method):
    """The derivative of the score by each pixel, at this picture."""

    description = Description(
        "gradient",
        message("Gradient"),
        message("How much the score would grow if a pixel became a little brighter."),
        message("Grainy: it tells what a tiny change does, not what made the score."),
        "∂ score / ∂ pixel",
        "Simonyan, Vedaldi and Zisserman, arXiv:1312.6034 (2013)",
    )

    def attribute(self, subject: Examined, asked: Asked, report: Progress) -> Attributed | None:
        with torch.inference_mode(False), torch.enable_grad():
            image = subject.image.clone().requires_grad_()
            found = gradient_of(of_aim(subject.scores(image), asked.aim), image)
        return Attributed(found[0].detach()) if report(1.0) else None
