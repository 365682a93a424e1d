"""Networks as ONNX files, which onnxruntime and many other programs run."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from msgspec.structs import replace
from torch import Tensor, fx, nn

from networks.core.message import Message, UserError, message
from networks.core.shapes import Shape, show
from networks.core.storage import write_atomically
from networks.data.images import prepare
from networks.exporting.onnx_judge import judge, scores_of, why_untried
from networks.exporting.weights import Weights, first_weights, without_memory
from networks.graph.check import Report, check
from networks.layers.convolution import ConvTranspose2d
from networks.layers.ends import Input
from networks.module.build import evaluation
from networks.project.project import Project

if TYPE_CHECKING:
    from onnx import ModelProto

IMAGES, SCORES, BATCH = "images", "scores", "batch"
"""The names of the input and the output of an ONNX file, and of the first axis of both."""
LARGEST_ONNX = 2**31 - 1
"""In bytes: a protobuf message, and so an ONNX file, cannot be larger."""
_GRAPH = 2**24
"""Bytes that are kept free for everything but the weights."""


def save_onnx(project: Project, path: Path, weights: Weights | None = None) -> Message | None:
    """Writes the network as one ONNX file, as it evaluates: without Dropout and auxiliary outputs.

    Its input `images` is n×channels×height×width, its output `scores` n×classes, for any n. Without `weights`
    they are those that training starts from. As JSON in the file's metadata: the names of the classes
    (`classes`), and for each channel what is taken from the images and what they are divided by (`mean` and
    `std`, where black is 0 and white is 1), unless that comes from the data and nothing was trained. Takes
    seconds. Draws from torch's global generator and puts it back: not while another thread trains.

    Where onnxruntime is installed, it runs the file before it is written, with two sizes of batches, and must
    give the scores that torch gives. Otherwise the sentence that says so is returned.

    Raises UserError where the packages are missing, the network does not fit or has no counterpart in ONNX,
    and where the file cannot be written.
    """
    _require_packages()
    report = check(project.network, project.classes)
    if report.findings:
        raise UserError(report.findings[0].sentence)
    _refuse_output_padding(report)
    if report.weights * 4 > LARGEST_ONNX - _GRAPH:
        raise UserError(
            message(
                "Expected at most {most} GB of weights, which is all that one ONNX file can hold, "
                "got {got} GB: try fewer filters or features.",
                most=f"{LARGEST_ONNX / 1e9:.1f}",
                got=f"{report.weights * 4 / 1e9:.1f}",
            )
        )
    if weights is None:
        module = first_weights(project)
    else:
        module = without_memory(project)
        module.load_state_dict(weights, assign=True)
    (entry,) = project.network.of_type(Input)
    assert isinstance(entry.layer, Input)
    facts: dict[str, Any] = {"classes": project.recipe.data.dataset.classes}
    if (scale := entry.layer.mean_and_deviation()) is None and weights is not None:
        images = prepare(replace(project.recipe.data, augmentation=()), entry.layer)
        scale = images.mean, images.std
    if scale is not None:
        facts |= {"mean": scale[0], "std": scale[1]}
    untried = why_untried()
    expected = scores_of(evaluation(module).eval(), entry.layer.shape()) if untried is None else {}
    file = _as_onnx(module, entry.layer.shape(), facts).SerializeToString()
    if untried is None:
        judge(file, expected)
    write_atomically(path, file)
    return untried


def _refuse_output_padding(report: Report) -> None:
    """torch takes an output padding below the stride or the dilation; onnxruntime one below the stride."""
    for name, node in report.nodes.items():
        layer = node.layer
        if not node.contributing or not isinstance(layer, ConvTranspose2d):
            continue
        if any(padded >= stride for padded, stride in zip(layer.output_padding, layer.stride, strict=True)):
            raise UserError(
                message(
                    "“{name}” has an output padding of {padding} with a stride of {stride}, and onnxruntime "
                    "runs only smaller ones: choose less output padding, or a larger stride.",
                    name=name,
                    padding=show(layer.output_padding),
                    stride=show(layer.stride),
                )
            )


def _as_onnx(module: fx.GraphModule, images: Shape, facts: Mapping[str, Any]) -> ModelProto:
    """Changes the module: layers that torch cannot translate are replaced by others that do the same."""
    import onnx

    for name, part in tuple(module.named_modules()):
        if isinstance(part, nn.AdaptiveMaxPool2d):
            module.set_submodule(name, _Maxima(part.output_size))
    with warnings.catch_warnings():
        # about changes within torch, which concern nobody here
        warnings.simplefilter("ignore")
        try:
            program = torch.onnx.export(
                evaluation(module).eval(),
                (torch.zeros(2, *images),),
                input_names=[IMAGES],
                output_names=[SCORES],
                dynamic_shapes=({0: torch.export.Dim(BATCH)},),
                external_data=False,
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            raise UserError(
                message(
                    "The network was not exported, since torch cannot express it in ONNX: {reason}",
                    reason=_first_cause(error),
                )
            ) from error
    assert program is not None
    model = program.model_proto
    for part in (*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info):
        # they name the files of torch on this machine
        del part.metadata_props[:]
    onnx.helper.set_model_props(model, {name: json.dumps(value) for name, value in facts.items()})
    onnx.checker.check_model(model)
    return model


class _Maxima(nn.Module):
    """AdaptiveMaxPool2d in operations that ONNX has: window i of n is from ⌊i·size/n⌋ to ⌈(i+1)·size/n⌉."""

    def __init__(self, size: Any) -> None:
        super().__init__()
        self.size: tuple[int, int] = (size, size) if isinstance(size, int) else size

    def forward(self, x: Tensor) -> Tensor:
        for axis, count in ((2, self.size[0]), (3, self.size[1])):
            size = x.shape[axis]
            windows = ((i * size // count, -(-(i + 1) * size // count)) for i in range(count))
            x = torch.cat([x.narrow(axis, a, b - a).amax(axis, keepdim=True) for a, b in windows], axis)
        return x


def _first_cause(error: BaseException) -> str:
    """The first line of the error that a chain of errors began with."""
    while error.__cause__ is not None:
        error = error.__cause__
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _require_packages() -> None:
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise UserError(
            message(
                "Expected the packages onnx and onnxscript, which export to ONNX, got none: "
                "try pip install “backbone-playground[onnx]”, and start Backbone again."
            )
        ) from error
