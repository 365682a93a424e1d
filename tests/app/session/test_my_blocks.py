"""“My blocks” in the window: kept, replaced, removed; a file of another time is left alone."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from app.session.my_blocks import MyBlocks
from networks.blocks.residual import Residual
from networks.graph.saved_blocks import read_blocks, saved_block, saved_to_json
from tests.app.session.slow_disk import disk
from tests.networks.graph.random_folds import stack

__all__ = ["disk"]

NETWORK = stack(Residual(4), Residual(8, 2))


class Awaited(MyBlocks):
    """Each change is on the disk when the call returns."""

    def _change(self, change, tell):
        super()._change(change, tell)
        self.finish()


@pytest.fixture
def blocks(tmp_path, qapp):
    kept = Awaited(path=tmp_path / "folder" / "my-blocks.json")
    kept.told, kept.failures = [], []
    kept.changed.connect(kept.told.append)
    kept.failed.connect(kept.failures.append)
    return kept


def test_blocks_are_kept_replaced_and_removed(blocks):
    blocks.load()
    blocks.keep(NETWORK, "b1")
    blocks.keep(NETWORK, "b2")
    blocks.keep(stack(Residual(16)), "b1")
    second, first = read_blocks(blocks.path)
    assert first == saved_block(stack(Residual(16)), "b1")
    assert second == saved_block(NETWORK, "b2")
    blocks.remove(first)
    assert [len(told) for told in blocks.told] == [0, 1, 2, 2, 1]
    assert read_blocks(blocks.path) == (second,)
    assert blocks.failures == []


def test_a_file_of_a_newer_backbone_is_told_of_and_never_overwritten(blocks):
    kept = saved_block(NETWORK, "b1")
    content = b"[" + saved_to_json(kept).replace(b'"name":"b1"', b'"name":"b1","colour":"red"', 1) + b"]"
    blocks.path.parent.mkdir()
    blocks.path.write_bytes(content)
    blocks.load()
    blocks.keep(NETWORK, "b2")
    blocks.remove(kept)
    assert blocks.told == []
    assert len(blocks.failures) == 3
    assert "newer Backbone" in str(blocks.failures[0])
    assert blocks.path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_told(blocks, monkeypatch):
    def refuse(path, **_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refuse)
    blocks.keep(NETWORK, "b1")
    assert blocks.told == []
    assert "no permission to write there" in str(blocks.failures[0])


def test_what_was_removed_or_replaced_can_be_put_back(blocks):
    kept, removed = [], []
    blocks.kept.connect(lambda block, replaced: kept.append((block, replaced)))
    blocks.removed.connect(removed.append)
    blocks.keep(NETWORK, "b1")
    blocks.keep(stack(Residual(16)), "b1")
    old, new = saved_block(NETWORK, "b1"), saved_block(stack(Residual(16)), "b1")
    assert kept == [(old, None), (new, old)]
    blocks.put_back(old)
    assert read_blocks(blocks.path) == (old,)
    blocks.remove(old)
    assert removed == [old]
    blocks.put_back(removed[0])
    assert read_blocks(blocks.path) == (old,)


def test_a_block_is_renamed_but_never_over_another(blocks):
    blocks.keep(NETWORK, "b1")
    blocks.keep(NETWORK, "b2")
    first, second = read_blocks(blocks.path)
    blocks.rename(first, "b2")
    blocks.rename(first, "\x1b")
    assert [str(failure).split(":")[0] for failure in blocks.failures] == [
        "There is a block “b2” already",
        "Expected a name of 1 to 64 printable characters, got “\\x1b”.",
    ]
    blocks.rename(first, "stem")
    new, other = read_blocks(blocks.path)
    assert (new.name, new.network.folds[0].name, other) == ("stem", "stem", second)


def test_blocks_are_written_beside_the_window_in_order_and_told_of_once_they_are_there(tmp_path, qapp, disk):
    blocks, told = MyBlocks(path=tmp_path / "my-blocks.json"), []
    blocks.kept.connect(lambda block, _: told.append((block.name, blocks.path.exists())))
    blocks.failed.connect(lambda reason: told.append(str(reason)))
    blocks.keep(NETWORK, "b1")
    blocks.rename(saved_block(NETWORK, "b1"), "stem")
    blocks.keep(NETWORK, "b2")
    assert told == [], "the disk has not answered yet"
    disk.set()
    assert blocks.finish()
    assert told == [("b1", True), ("b2", True)]
    assert [block.name for block in read_blocks(blocks.path)] == ["stem", "b2"]
    blocks.rename(saved_block(NETWORK, "b2"), "stem")
    assert not blocks.finish()
    assert told[2].startswith("There is a block “stem” already")
