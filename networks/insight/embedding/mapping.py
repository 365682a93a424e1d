"""A map of pictures by any of the methods, turned as the map before it, and how much it keeps."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from networks.insight.embedding.alignment import turned
from networks.insight.embedding.nearest import nearest
from networks.insight.embedding.pacmap import pacmap
from networks.insight.embedding.pca import components, reduced
from networks.insight.embedding.tsne import Report, tsne
from networks.xray.data_map import NEAREST, PCA, TSNE, DataMap, Method, Outputs, PaCMAP

_SEED = 0


def mapped(
    outputs: Outputs, method: Method, before: DataMap | None, report: Report = lambda share, points: True
) -> DataMap | None:
    """The map of these outputs; None where it was given up. The same outputs and `before` give the same map.

    `report` is told where the points are meanwhile. Pictures that lie on the map `before`, too, come as
    near to where they lay there as turning and flipping brings them. One by the same method, of the same
    layer and pictures, is where this one begins.
    """
    features = torch.from_numpy(outputs.features)

    def tell(share: float, points: Tensor) -> bool:
        return report(share, _in_place(points, outputs, before))

    start = None
    if before is not None and _goes_on(outputs, method, before):
        start = torch.from_numpy(before.positions)
    shares: tuple[float, ...] = ()
    found: Tensor | None
    if len(outputs) < 3:
        found = torch.zeros(len(outputs), 2)
    elif isinstance(method, PCA):
        plane = components(features, 2)
        found, shares = plane.points.float(), tuple(plane.shares.tolist())
    elif isinstance(method, PaCMAP):
        found = pacmap(reduced(features, method.components), method.neighbours, _SEED, start, tell)
    else:
        assert isinstance(method, TSNE)
        found = tsne(reduced(features, method.components), method.perplexity, start, tell)
    if found is None:
        return None
    found = _in_place(found, outputs, before)
    kept, alike = _measured(features, found, torch.from_numpy(outputs.labels))
    return DataMap(method, outputs, found.numpy(), shares, kept, alike)


def _goes_on(outputs: Outputs, method: Method, before: DataMap) -> bool:
    same = method == before.method and outputs.layer == before.outputs.layer
    return same and np.array_equal(outputs.rows, before.outputs.rows)


def _in_place(points: Tensor, outputs: Outputs, before: DataMap | None) -> Tensor:
    if before is None:
        return points - points.mean(0)
    _, places, others = np.intersect1d(outputs.rows, before.outputs.rows, return_indices=True)
    onto = torch.from_numpy(before.positions)
    return turned(points, onto, torch.from_numpy(places), torch.from_numpy(others))


def _measured(features: Tensor, points: Tensor, labels: Tensor) -> tuple[float, float]:
    """What share of the nearest neighbours the map keeps, and for how many the nearest is of their class."""
    if len(features) < 3:
        return float("nan"), float("nan")
    own, drawn = nearest(features, NEAREST).indices, nearest(points, NEAREST).indices
    kept = (own[:, :, None] == drawn[:, None]).any(2).float().mean()
    return float(kept), float((labels[own[:, 0]] == labels).float().mean())
