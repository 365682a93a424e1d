"""Tensors as safetensors files, written tensor by tensor, so that they are not in memory twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import safe_open
from torch import Tensor

from networks.core.message import UserError, message
from networks.core.storage import replacing

Result = TypeVar("Result")
_TYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Writes contiguous tensors on the CPU into a file that is there whole or not at all. Raises OSError.

    The format is that of safetensors: the length of the header in eight bytes, the header as JSON, and then
    the numbers. `metadata` stands in the header.
    """
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    place = 0
    # the largest types first, so that each number stands where the processor likes it
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))
    for name, tensor in ordered:
        end = place + tensor.nbytes
        header[name] = {
            "dtype": _TYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [place, end],
        }
        place = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with replacing(path) as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for _, tensor in ordered:
            # NumPy has no type for some of torch's: bytes are bytes
            file.write(tensor.reshape(-1).view(torch.uint8).numpy().data)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a file. Raises UserError."""
    return read_file(path, lambda file: {name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118


def read_file(path: Path, read: Callable[[Any], Result]) -> Result:
    """What `read` makes of an open safetensors file. Raises UserError where that is cut off or damaged."""
    try:
        with safe_open(path, "pt") as file:
            return read(file)
    except MemoryError:
        raise
    except Exception as error:
        # the library raises errors of its own, and others for types that torch does not have
        raise UserError(
            message("“{path}” was not read: it is cut off or damaged.", path=os.fspath(path))
        ) from error
