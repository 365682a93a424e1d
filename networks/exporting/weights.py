"""Weights as safetensors files, and the weights that a project starts from or has learned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import torch
from safetensors.torch import load, save
from torch import Tensor, fx, nn

from networks.core.message import Message, UserError, message
from networks.core.storage import write_atomically
from networks.module.build import build, other_tensor
from networks.project.project import Project, share_weights
from networks.recipes.stopping import Keep
from networks.runs.measures import MEASURE
from networks.training.engine.run import Run
from networks.training.setup.first_weights import start_from, weights_of

_COUNTERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
"""Types of whole numbers, such as the count of batches that a BatchNorm has seen."""
Weights = Mapping[str, Tensor]
"""All that was learned, under torch's names."""


def save_weights(source: Run | nn.Module | Weights, path: Path, keep: Keep = "last") -> None:
    """Writes all that was learned as safetensors, under torch's names.

    `keep` says which weights of a run: those of its last step, or those of its best epoch. Raises
    UserError with the reason where that fails, and leaves the old file as it was.
    """
    write_atomically(path, as_safetensors(source, keep))


def as_safetensors(source: Run | nn.Module | Weights, keep: Keep = "last") -> bytes:
    """What such a file holds. Raises UserError where there are no numbers, or numbers of another kind."""
    weights = source.weights(keep) if isinstance(source, Run) else _weights(source)
    return save(weights, metadata={"format": "pt"})


def read_weights(path: Path, project: Project) -> Weights:
    """The weights in a safetensors file, under torch's names.

    Before all of them may stand what wrappers put there, such as `module.`. Raises UserError where they are
    not the project's network's.
    """
    content = b""
    try:
        content = path.read_bytes()
        weights = load(content)
    except OSError as error:
        raise unreadable(path, error.strerror or str(error)) from error
    except MemoryError:
        raise
    except Exception as error:
        # a type that torch does not have raises something else than SafetensorError
        raise unreadable(path, _other_file(content)) from error
    wanted = without_memory(project).state_dict()
    weights = _unwrapped(weights, wanted)
    if (other := other_tensor(wanted, weights)) is not None:
        name, want, have = other
        raise UserError(
            message(
                "“{path}” holds weights of another network: expected {want} as “{name}”, got {have}.",
                path=str(path),
                name=name,
                want=want,
                have=have,
            )
        )
    return {name: _of_type(tensor, wanted[name].dtype, name) for name, tensor in weights.items()}


def _other_file(content: bytes) -> Message:
    """What a file is that holds no safetensors, as far as its first bytes tell, and what to do about it."""
    if content.startswith((b"PK\x03\x04", b"\x80")):  # the signs of a zip archive and of a pickle
        return message(
            "it looks like a file of torch.save, which may hold code that runs when it is opened, and not "
            "like a safetensors file; write its state_dict with safetensors.torch.save_file instead"
        )
    return message("it is not a safetensors file")


def _unwrapped(weights: dict[str, Tensor], wanted: Collection[str]) -> dict[str, Tensor]:
    """The weights without the names of modules that only wrap another, unless one is known by its own."""
    while not any(name in wanted for name in weights):
        wrapper = next((each for each in _WRAPPERS if all(name.startswith(each) for name in weights)), None)
        if wrapper is None or not weights:
            break
        weights = {name.removeprefix(wrapper): tensor for name, tensor in weights.items()}
    return weights


_WRAPPERS = ("module.", "_orig_mod.")
"""What DataParallel, DistributedDataParallel and torch.compile put before all names."""


def trained_weights(run: Run | None, project: Project) -> Weights | None:
    """What the run has learned if it trained this very network, else None. Not while it is training.

    The project's recipe says whether these are the last weights or those of the best epoch.
    """
    if run is None or not share_weights(run.project, project):
        return None
    return run.weights(project.recipe.learning.stopping.keep)


def weights_words(run: Run, keep: Keep) -> Message | None:
    """Which weights of a run these are, as in “holds …: the last weights”; None where there is no choice."""
    by = run.project.recipe.learning.stopping.measure
    best, epochs = run.best, run.step // run.steps_per_epoch
    if keep == "averaged" and run.state.averaged is not None:
        return message("the averaged weights, after epoch {epoch}", epoch=epochs)
    if best is None or best.step == run.step:
        return None
    if keep == "best":
        return message(
            "the weights of epoch {epoch}, the best by {measure} ({figure})",
            epoch=best.epoch,
            measure=message(by),
            figure=MEASURE[by].quantity.figure(best.values[by]),
        )
    return message(
        "the last weights, after epoch {epoch}; the best by {measure} was epoch {best}",
        epoch=epochs,
        measure=message(by),
        best=best.epoch,
    )


def first_weights(project: Project) -> fx.GraphModule:
    """The module with the weights that training starts from: random ones of the recipe's seed, or published.

    Raises UserError where published weights are named that are not on this computer.
    """
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(project.recipe.learning.seed)
        module = build(project.network, project.classes)
    if (published := weights_of(project)) is not None:
        start_from(module, published)
    return module


def without_memory(project: Project) -> fx.GraphModule:
    """The module on torch's meta device: its weights have shapes alone, and nothing is drawn for them."""
    with torch.device("meta"):
        return build(project.network, project.classes)


def unreadable(path: Path, reason: str | Message) -> UserError:
    """What is raised where a file cannot be read."""
    return UserError(message("“{path}” was not read: {reason}.", path=str(path), reason=reason))


def _weights(source: nn.Module | Weights) -> dict[str, Tensor]:
    tensors = source.state_dict() if isinstance(source, nn.Module) else source
    return {
        name: _of_type(tensor, torch.float32 if tensor.is_floating_point() else torch.int64, name)
        for name, tensor in tensors.items()
    }


def _of_type(tensor: Tensor, dtype: torch.dtype, name: str) -> Tensor:
    """A contiguous copy on the CPU in float32, or in int64 for counters, whatever the precision was.

    Raises UserError where there are no numbers, or numbers of another kind.
    """
    if tensor.is_meta:
        raise UserError(
            message(
                "“{name}” has a shape, but no numbers: it is on torch’s device “meta”. Load weights first.",
                name=name,
            )
        )
    kind = str(tensor.dtype).removeprefix("torch.")
    if tensor.layout != torch.strided:
        kind = f"{kind} ({str(tensor.layout).removeprefix('torch.')})"
    same_kind = tensor.dtype in _COUNTERS if dtype == torch.int64 else tensor.is_floating_point()
    if tensor.layout != torch.strided or tensor.is_quantized or not same_kind:
        raise UserError(
            message(
                "Expected numbers of the type {want} as “{name}”, got {kind}: convert them with torch first.",
                want=str(dtype).removeprefix("torch."),
                name=name,
                kind=kind,
            )
        )
    found = tensor.detach().to("cpu", dtype=dtype, copy=True).contiguous()
    if found.is_floating_point() and found.dtype != tensor.dtype and _became_infinite(tensor, found):
        raise UserError(
            message("“{name}” holds numbers of {kind} that float32 is too small for.", name=name, kind=kind)
        )
    return found


def _became_infinite(tensor: Tensor, found: Tensor) -> bool:
    return bool((found.isinf() & tensor.to("cpu", torch.float64).isfinite()).any())
