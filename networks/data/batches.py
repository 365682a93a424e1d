"""Images and labels, handed out batch by batch on the device that trains."""

from __future__ import annotations

from zlib import crc32

import torch
from torch import Tensor

from networks.data.fitting import fit
from networks.data.images import Scale, Side, normalize

_CHECKED = 2**25
"""How many bytes of images at most go into a checksum: some hundredths of a second."""


class Batches:
    """The training or the validation images. They stay on the device if they take little of its memory.

    Images are kept as rows n×(height·width·channels): picking rows is one fast copy, which leaves the batch
    in channels-last memory; for `plain_order` it is copied once more. Rows of bytes are brought to size and
    scale when they are picked.
    """

    def __init__(self, side: Side, scale: Scale, device: torch.device, plain_order: bool = False) -> None:
        self._device, self._scale, self._plain_order = device, scale, plain_order
        assert isinstance(side.kept, Tensor)
        total, *self._shape = side.kept.shape
        rows = side.kept.reshape(total, -1)
        # on the CPU they are in its memory anyway
        self._resident = device.type == "cpu" or rows.nbytes <= _free_memory(device) // 4
        home = device if self._resident else torch.device("cpu")
        self._rows, self._labels = rows.to(home), side.labels.to(home)
        self._places = None if side.places is None else side.places.to(home)
        self._mean = torch.tensor(scale.mean, device=device)
        self._std = torch.tensor(scale.std, device=device)

    def __len__(self) -> int:
        return len(self._labels)

    def at_home(self, chosen: Tensor) -> Tensor:
        """These indices on the device that holds the images: one transfer for a whole epoch."""
        return chosen.to(self._rows.device)

    def checksum(self) -> int:
        """A number that another set of images or labels would hardly have; of large sets, of a part."""
        every = max(1, -(-self._rows.nbytes // _CHECKED))
        parts = (self._labels, self._rows[::every])
        labels, rows = (part.cpu().contiguous().view(torch.uint8).numpy().data for part in parts)
        return crc32(rows, crc32(labels))

    def pick(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """The images and labels with these indices, which come from `at_home`."""
        places = chosen if self._places is None else self._places.index_select(0, chosen)
        return self._shown(self._rows.index_select(0, places), self._labels.index_select(0, chosen))

    def cut(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """The images and labels from `start` up to, but not including, `stop`."""
        if self._places is None:
            return self._shown(self._rows[start:stop], self._labels[start:stop])
        rows = self._rows.index_select(0, self._places[start:stop])
        return self._shown(rows, self._labels[start:stop])

    def part(self, start: int, stop: int) -> tuple[Tensor, Tensor, Tensor]:
        """The same, and their indices."""
        return *self.cut(start, stop), torch.arange(start, stop)

    def _shown(self, rows: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        if not self._resident:
            rows, labels = rows.to(self._device), labels.to(self._device)
        images = rows.view(len(rows), *self._shape)
        if self._places is not None:
            images = fit(images, self._scale.size, self._scale.channels)
            normalize(images, self._mean, self._std)
        images = images.permute(0, 3, 1, 2)
        return (images.contiguous() if self._plain_order else images), labels


def _free_memory(device: torch.device) -> int:
    """Free memory of a GPU, in bytes."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory()
