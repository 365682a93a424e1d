"""What a run trains on and judges where its pictures are too many to be kept: decoded ahead of the step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from networks.core.message import Message, message, plural
from networks.data.augmented import AugmentedBatches
from networks.data.images import PreparedImages, Scale
from networks.data.streamed import PictureStream, Spent, StreamedBatches, Upcoming, Wanted
from networks.runs.waiting import Waiting

Orders = Callable[[], Iterator[Tensor]]
"""The orders of the epochs to come, as they will be drawn."""
MOST_TOLD = 10
"""Steps after which files are told one by one that cannot be read any more."""


class Streaming:
    """Training and validation images of a run, and the stream that decodes for both."""

    def __init__(
        self,
        images: PreparedImages,
        batch_size: int,
        steps_per_epoch: int,
        classes: int,
        seed: int,
        device: torch.device,
        orders: Orders,
        threads: int = 0,
        plain_order: bool = False,
    ) -> None:
        """`threads` decode; 0 are one for each core."""
        assert images.files is not None
        self._stream = PictureStream(images.files, images.scale.size, threads)
        self.training = StreamedBatches(images.learned, images.scale, device, plain_order, self._stream)
        self.validation = StreamedValidation(images, device, plain_order, self._stream, self._to_come)
        self.augmented = StreamedTraining(self.training, images.scale, classes, seed, device, self._to_come)
        self._batch_size, self._steps_per_epoch, self._orders = batch_size, steps_per_epoch, orders
        self._told = 0
        self._told_steps = 0
        self._before = Spent()

    def close(self) -> None:
        """Ends the threads; the next batch starts others."""
        self._stream.close()

    def left_out(self, *, at_once: bool) -> Message | None:
        """A sentence on the files that could not be read any more since this was asked last."""
        files = list(self._stream.left_out.items())[self._told :]
        if not files or (not at_once and self._told_steps >= MOST_TOLD):
            return None
        self._told += len(files)
        self._told_steps += 1
        row, reason = files[0]
        first = message("{file}: {reason}", file=self._stream.files.names[row], reason=reason)
        if len(files) == 1:
            return message("A picture cannot be read any more and is left out. {first}", first=first)
        return plural(
            "{count} picture cannot be read any more and is left out. The first is {first}",
            "{count} pictures cannot be read any more and are left out. The first is {first}",
            count=len(files),
            first=first,
        )

    def lap(self, seconds: float) -> Waiting:
        """For which part of these seconds the steps have waited since this was asked last."""
        now, before = self._stream.spent, self._before
        self._before = now
        return Waiting(
            share=min(1.0, (now.waiting - before.waiting) / max(seconds, 1e-9)),
            reading=now.reading - before.reading,
            decoding=now.decoding - before.decoding,
            threads=self._stream.threads,
            spare=self._stream.threads < self._stream.useful,
        )

    def _to_come(self, order: Tensor | None, start: int, judged: int) -> Iterator[Wanted]:
        """All that is wanted behind this place of an epoch, or of the validation after it."""
        if order is not None:
            yield from self._batches(order, start, self.augmented.epoch)
        yield from self.validation.wanted(list(range(judged, len(self.validation))))
        for later, coming in enumerate(self._orders(), self.augmented.epoch + 1):
            yield from self._batches(coming, 0, later)
            yield from self.validation.wanted(list(range(len(self.validation))))

    def _batches(self, order: Tensor, begin: int, epoch: int) -> Iterator[Wanted]:
        end = min(len(order), self._steps_per_epoch * self._batch_size)
        for start in range(begin, end, self._batch_size):
            yield from self.augmented.wanted(order, start, start + self._batch_size, epoch)


ToCome = Callable[[Tensor | None, int, int], Iterator[Wanted]]


class StreamedTraining(AugmentedBatches):
    """Training images with a recipe's augmentation, decoded ahead."""

    def __init__(
        self,
        batches: StreamedBatches,
        scale: Scale,
        classes: int,
        seed: int,
        device: torch.device,
        to_come: ToCome,
    ) -> None:
        super().__init__(batches, scale, classes, seed, device)
        self._to_come = to_come
        self.epoch = 0
        """That of the last batch; epochs count from 1."""

    def pick(
        self, order: Tensor, start: int, stop: int, epoch: int, upcoming: Upcoming | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        self.epoch = epoch
        return super().pick(order, start, stop, epoch, upcoming or (lambda: self._to_come(order, stop, 0)))


class StreamedValidation(StreamedBatches):
    """Validation images, decoded ahead; they are never augmented."""

    def __init__(
        self,
        images: PreparedImages,
        device: torch.device,
        plain_order: bool,
        stream: PictureStream,
        to_come: ToCome,
    ) -> None:
        super().__init__(images.judged, images.scale, device, plain_order, stream)
        self._to_come = to_come

    def part(self, start: int, stop: int) -> tuple[Tensor, Tensor, Tensor]:
        coming = partial(self._to_come, None, 0, stop)
        return self.pick(torch.arange(start, stop), upcoming=coming, fewest=0)
