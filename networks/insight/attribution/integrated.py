"""Integrated gradients: the gradient, averaged on the way from a picture that shows nothing to this one."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from networks.core.message import message
from networks.insight.attribution.examined import Examined, gradient_of
from networks.insight.attribution.method import Attributed, Method, Progress
from networks.xray.heat import Asked, Description, Gap

STEPS = 32
"""Points on the way, at the nodes of Gauss and Legendre, as captum takes them."""


class IntegratedGradients(Method):
    """What each pixel adds on the way from nothing to the picture; all of it adds up to the difference."""

    description = Description(
        "integrated",
        message("Integrated gradients"),
        message("What each pixel adds while the picture fades in. It all adds up to the score’s change."),
        message("It depends on what counts as “nothing”: with black, black pixels never count."),
        "(pixel − nothing) × mean of ∂ score / ∂ pixel on the way",
        "Sundararajan, Taly and Yan, arXiv:1703.01365 (2017), equation 1",
        grounded=True,
    )

    def passes(self, subject: Examined, asked: Asked) -> int:
        return 3 * STEPS

    def attribute(self, subject: Examined, asked: Asked, report: Progress) -> Attributed | None:
        image, ground = subject.image, subject.ground(asked.ground)
        alphas, weights = _nodes(STEPS)
        total = torch.zeros_like(image)
        size = subject.at_once
        with torch.inference_mode(False), torch.enable_grad():
            for start in range(0, STEPS, size):
                some = torch.from_numpy(alphas[start : start + size]).to(image)[:, None, None, None]
                heavy = torch.from_numpy(weights[start : start + size]).to(image)[:, None, None, None]
                points = (ground + some * (image - ground)).detach().requires_grad_()
                slopes = gradient_of(subject.aimed(points, asked.aim), points)
                total += (heavy * slopes.detach()).sum(0, keepdim=True)
                if not report(min(1.0, (start + size) / STEPS)):
                    return None
        found = (image - ground) * total
        with torch.no_grad():
            ends = subject.aimed(torch.cat([image, ground]), asked.aim).double()
        gap = Gap(float(found.double().sum()), float(ends[0] - ends[1]))
        return Attributed(found[0], gap)


@cache
def _nodes(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points from 0 to 1 and their weights, which add up to 1."""
    points, weights = np.polynomial.legendre.leggauss(count)
    return (points + 1) / 2, weights / 2
