"""BatchNorm over the images of all processes, as one process would normalize them, on any device.

torch's SyncBatchNorm does the same on GPUs, and refuses a CPU.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


class Attendance:
    """Whether the images of this process count in the step that is being made."""

    def __init__(self) -> None:
        self.counts = True


def synchronize_norms(module: nn.Module, attendance: Attendance) -> None:
    """Lets every BatchNorm in a module normalize over the images of all processes; names stay as they are."""
    for path, part in list(module.named_modules()):
        if type(part) in (nn.BatchNorm1d, nn.BatchNorm2d):
            holder, _, name = path.rpartition(".")
            setattr(module.get_submodule(holder), name, SharedBatchNorm(part, attendance))


class SharedBatchNorm(nn.modules.batchnorm._BatchNorm):
    """A BatchNorm with the weights and statistics of another, over the images of all processes."""

    def __init__(self, norm: nn.Module, attendance: Attendance) -> None:
        assert isinstance(norm, nn.modules.batchnorm._BatchNorm)
        super().__init__(norm.num_features, norm.eps, norm.momentum, affine=False, track_running_stats=False)
        self.affine, self.track_running_stats = norm.affine, norm.track_running_stats
        self.weight, self.bias = norm.weight, norm.bias
        for name, buffer in norm.named_buffers(recurse=False):
            setattr(self, name, buffer)
        self.attendance = attendance
        self.train(norm.training)

    def _check_input_dim(self, input: Tensor) -> None:
        """Whatever the images are like, they have been checked before."""

    def forward(self, input: Tensor) -> Tensor:
        """Images or vectors, n×channels×…, normalized; running statistics follow them while training."""
        if not self.training:
            return super().forward(input)
        normalized, mean, variance, count = _Normalized.apply(  # type: ignore[no-untyped-call]
            input, self.weight, self.bias, self.eps, self.attendance.counts
        )
        if self.running_mean is not None and self.running_var is not None:
            with torch.no_grad():
                assert self.num_batches_tracked is not None
                self.num_batches_tracked.add_(1)
                momentum = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
                self.running_mean.lerp_(mean.to(self.running_mean.dtype), momentum)
                unbiased = variance * (count / (count - 1).clamp(min=1))
                self.running_var.lerp_(unbiased.to(self.running_var.dtype), momentum)
        return normalized  # type: ignore[no-any-return]


class _Normalized(torch.autograd.Function):
    """Gives the normalized images, and the mean, variance and count of numbers over all processes."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float, counts: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        axes = [axis for axis in range(x.ndim) if axis != 1]
        variance, mean = torch.var_mean(x.float(), axes, correction=0)
        count = mean.new_tensor([float(x.numel() // x.shape[1]) if counts else 0.0])
        own = torch.cat([mean, variance, count])
        of_all = [torch.empty_like(own) for _ in range(dist.get_world_size())]
        dist.all_gather(of_all, own)
        # in float64: sums of squares of which nearly all is taken off again
        means, variances, numbers = torch.split(torch.stack(of_all).double(), [len(mean), len(mean), 1], 1)
        total = numbers.sum()
        shared_mean = (means * numbers).sum(0) / total
        shared_variance = ((variances + (means - shared_mean) ** 2) * numbers).sum(0) / total
        scale = (shared_variance + eps).rsqrt().float()
        shape = [1, -1, *[1] * (x.ndim - 2)]
        normal = (x.float() - shared_mean.float().view(shape)) * scale.view(shape)
        ctx.save_for_backward(x, weight, shared_mean.float(), scale, total.float())
        ctx.axes, ctx.shape, ctx.counts = axes, shape, counts
        if weight is not None and bias is not None:
            normal = torch.addcmul(bias.float().view(shape), normal, weight.float().view(shape))
        ctx.mark_non_differentiable(shared_mean, shared_variance, total)
        return normal.to(x.dtype), shared_mean, shared_variance, total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, mean, scale, total = ctx.saved_tensors
        dy = gradients[0].float()
        normal = (x.float() - mean.view(ctx.shape)) * scale.view(ctx.shape)
        of_bias, of_weight = dy.sum(ctx.axes), (dy * normal).sum(ctx.axes)
        sums = torch.stack([of_bias, of_weight])
        dist.all_reduce(sums)
        shared_bias, shared_weight = (sums / total).view(2, *ctx.shape)
        factor = scale if weight is None else scale * weight.float()
        dx = (dy - shared_bias - normal * shared_weight) * factor.view(ctx.shape)
        if not ctx.counts:
            # they were in no mean
            dx = torch.zeros_like(dx)
        if weight is None:
            return dx.to(x.dtype), None, None, None, None
        return dx.to(x.dtype), of_weight.to(weight.dtype), of_bias.to(weight.dtype), None, None
