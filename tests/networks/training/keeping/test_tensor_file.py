"""Files of tensors are safetensors: the library itself reads them back."""

from __future__ import annotations

import errno
import os

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from networks.training.keeping.tensor_file import _TYPES, write_tensors


def test_the_library_reads_every_type_and_shape(tmp_path):
    tensors = {
        f"{dtype} {shape}": torch.arange(6).reshape(2, 3)[: shape[0]].to(dtype)
        if shape
        else torch.tensor(1).to(dtype)
        for dtype in _TYPES
        for shape in ((), (0, 3), (1, 3), (2, 3))
    }
    tensors["ümlaut “x”"] = torch.rand(5)
    path = tmp_path / "x.safetensors"
    write_tensors(path, tensors, {"format": "pt", "told": "ä {}"})
    found = load_file(path)
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)
    with safe_open(path, "pt") as file:
        assert file.metadata() == {"format": "pt", "told": "ä {}"}


def test_not_a_number_comes_back_to_the_bit(tmp_path):
    numbers = torch.tensor([float("nan"), float("-inf"), -0.0, 1e-45])
    write_tensors(tmp_path / "x", {"a": numbers}, {})
    assert load_file(tmp_path / "x")["a"].numpy().tobytes() == numbers.numpy().tobytes()


def test_where_writing_fails_the_old_file_stays(tmp_path, monkeypatch):
    path = tmp_path / "x"
    write_tensors(path, {"a": torch.ones(3)}, {})

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_tensors(path, {"a": torch.zeros(3)}, {})
    assert load_file(path)["a"].tolist() == [1, 1, 1]
    assert os.listdir(tmp_path) == ["x"]
