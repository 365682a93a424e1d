"""A data set is fetched whole, with every hash checked and archives emptied, or a sentence says why not."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zipfile
from typing import ClassVar

import pytest

from networks.core.message import UserError
from networks.recipes.datasets import places
from networks.recipes.datasets.fetching import fetch
from networks.recipes.datasets.named import Download
from tests.networks.core.local_server import serving
from tests.networks.recipes.datasets.made_sets import BY_NAME, drawn, write
from tests.networks.recipes.datasets.test_named_sets import same


@pytest.fixture(autouse=True)
def _own(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("BACKBONE_DATA", str(tmp_path / "own"))
    monkeypatch.setattr("networks.recipes.datasets.named.usual", lambda: (places.own_folder(),))


@pytest.fixture
def server():
    with serving() as server:
        yield server


def packed(folder, suffix, prefix):
    """The files of a folder in an archive, and something else that must stay in there."""
    out = io.BytesIO()
    if suffix == ".zip":
        with zipfile.ZipFile(out, "w") as archive:
            for file in folder.iterdir():
                archive.write(file, f"{prefix}/{file.name}")
            archive.writestr("../escaped", b"evil")
    else:
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for file in folder.iterdir():
                archive.add(file, f"{prefix}/{file.name}")
            link = tarfile.TarInfo("link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
    return out.getvalue()


def served(name, server, tmp_path, suffix, **changes):
    """The set, whose one archive is on the server."""
    kind = BY_NAME[name]
    folder = write(kind, tmp_path / "made", *drawn(kind))
    server.body = packed(folder, suffix, "in")
    download = Download(
        f"{server.address}all{suffix}",
        hashlib.md5(server.body).hexdigest(),
        len(server.body),
        tuple(f"in/{file.name}" for file in sorted(folder.iterdir())),
    )

    class Served(kind, frozen=True):
        downloads: ClassVar = (download._replace(**changes),)
        download_bytes: ClassVar = len(server.body)

    return Served()


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("CIFAR10", ".tar.gz"), ("CIFAR100", ".tar.gz"), ("EMNISTLetters", ".zip"), ("STL10", ".tar.gz")],
)
def test_an_archive_is_emptied_and_thrown_away(name, suffix, server, tmp_path):
    dataset = served(name, server, tmp_path, suffix)
    shares = []
    assert fetch(dataset, lambda share: shares.append(share) or True)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert same(dataset.load(), *drawn(BY_NAME[name]))
    assert sorted(os.listdir(dataset.kept_in())) == sorted(
        member.rpartition("/")[2] for member in dataset.downloads[0].members
    )
    assert not (tmp_path / "own/escaped").exists()
    # what is there is not fetched again
    assert fetch(dataset, lambda share: True)
    assert len(server.asked) == 1


@pytest.mark.parametrize("after", range(12))
def test_cancelling_leaves_nothing_half_written(after, server, tmp_path):
    dataset = served("CIFAR100", server, tmp_path, ".tar.gz")
    told = []
    whole = fetch(dataset, lambda share: told.append(share) or len(told) <= after)
    assert (dataset.found() is not None) >= whole
    left = os.listdir(dataset.kept_in()) if dataset.kept_in().exists() else []
    assert not [name for name in left if name.endswith(".partial")]
    assert fetch(dataset, lambda share: True)
    assert same(dataset.load(), *drawn(BY_NAME["CIFAR100"]))


def test_another_archive_is_refused(server, tmp_path):
    dataset = served("CIFAR10", server, tmp_path, ".tar.gz", md5="0" * 32)
    with pytest.raises(UserError, match="whose MD5 begins with 0000"):
        fetch(dataset, lambda share: True)
    assert os.listdir(dataset.kept_in()) == []


def test_an_archive_that_lacks_files_is_told(server, tmp_path):
    dataset = served("CIFAR10", server, tmp_path, ".tar.gz", members=("in/test_batch", "in/more"))
    with pytest.raises(UserError, match=r"could not be unpacked: all.tar.gz lacks files"):
        fetch(dataset, lambda share: True)


def test_too_little_room_is_told_before_anything_is_fetched(server, tmp_path, monkeypatch):
    dataset = served("CIFAR10", server, tmp_path, ".tar.gz")
    monkeypatch.setattr(type(dataset), "download_bytes", 10**18)
    with pytest.raises(UserError, match=r"CIFAR-10 needs .* GB of disk space, but only"):
        fetch(dataset, lambda share: True)
    assert server.asked == []
