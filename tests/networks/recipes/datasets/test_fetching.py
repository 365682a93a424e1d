"""A data set is fetched whole, with every hash checked and archives emptied, or a sentence says why not."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import numpy as np
import pytest

from networks.core.message import UserError
from networks.data.vision import torchvision
from networks.recipes.datasets import places
from networks.recipes.datasets.fetching import fetch
from networks.recipes.datasets.named import Download
from tests.networks.core.local_server import serving
from tests.networks.recipes.datasets import made_sets
from tests.networks.recipes.datasets.made_sets import BY_NAME, drawn, write
from tests.networks.recipes.datasets.test_named_sets import same


@pytest.fixture(autouse=True)
def _own(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("BACKBONE_DATA", str(tmp_path / "own"))
    monkeypatch.setattr("networks.recipes.datasets.named.usual", lambda: (places.own_folder(),))
    yield
    places.look_in(())


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


@cache
def archive_of(kind, suffix):
    """The set's archive, and what lies in it; packed once for all tests, which takes half a second."""
    with TemporaryDirectory() as made:
        folder = write(kind, Path(made), *drawn(kind))
        return packed(folder, suffix, "in"), tuple(f"in/{file.name}" for file in sorted(folder.iterdir()))


def served(name, server, suffix, **changes):
    """The set, whose one archive is on the server."""
    kind = BY_NAME[name]
    server.body, members = archive_of(kind, suffix)
    digest = hashlib.md5(server.body).hexdigest()
    download = Download(f"{server.address}all{suffix}", digest, len(server.body), members)

    class Served(kind, frozen=True):
        downloads: ClassVar = (download._replace(**changes),)
        download_bytes: ClassVar = len(server.body)

    return Served()


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("CIFAR10", ".tar.gz"), ("CIFAR100", ".tar.gz"), ("EMNISTLetters", ".zip"), ("STL10", ".tar.gz")],
)
def test_an_archive_is_emptied_and_thrown_away(name, suffix, server, tmp_path):
    dataset = served(name, server, suffix)
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


@pytest.mark.parametrize(("name", "suffix"), [("CIFAR10", ".tar.gz"), ("EMNISTBalanced", ".zip")])
def test_an_archive_that_is_here_already_is_emptied_where_it_is(name, suffix, server, tmp_path):
    dataset = served(name, server, suffix)
    (tmp_path / "downloads").mkdir()
    archive = tmp_path / "downloads" / f"all{suffix}"
    archive.write_bytes(server.body)
    assert dataset.archives_in(tmp_path / "downloads") == (archive,)
    assert dataset.archives_in(tmp_path) == ()
    places.look_in([tmp_path / "downloads"])
    assert fetch(dataset, lambda share: True)
    assert same(dataset.load(), *drawn(BY_NAME[name]))
    assert server.asked == []
    assert archive.read_bytes() == server.body


def test_another_archive_of_the_same_name_is_not_taken(server, tmp_path):
    dataset = served("CIFAR10", server, ".tar.gz")
    (tmp_path / "all.tar.gz").write_bytes(server.body[::-1])
    places.look_in([tmp_path])
    assert fetch(dataset, lambda share: True)
    assert same(dataset.load(), *drawn(BY_NAME["CIFAR10"]))
    assert len(server.asked) == 1


@pytest.mark.parametrize(("name", "part"), [("EMNISTBalanced", "balanced"), ("EMNISTLetters", "letters")])
def test_emnist_comes_out_of_its_archive_upright_and_with_its_labels(
    name, part, server, tmp_path, monkeypatch
):
    """The archive as NIST gives it away, judged by what torchvision fetches and reads of it."""
    kind = BY_NAME[name]
    server.body = zipped_emnist()
    digest = hashlib.md5(server.body).hexdigest()
    (real,) = kind.downloads
    url = f"{server.address}gzip.zip"
    monkeypatch.setattr(kind, "downloads", (real._replace(url=url, md5=digest, size=len(server.body)),))
    monkeypatch.setattr(kind, "download_bytes", len(server.body))
    assert fetch(kind(), lambda share: True)
    pixels, labels = kind().load()
    theirs = torchvision.datasets.EMNIST
    monkeypatch.setattr(theirs, "url", url)
    monkeypatch.setattr(theirs, "md5", digest)
    for train, side in ((True, slice(0, sum(kind.counts))), (False, slice(sum(kind.counts), None))):
        judge = theirs(tmp_path / "theirs", part, train=train, download=True)
        # torchvision leaves the pictures on their side, as they are in the files
        assert np.array_equal(pixels[side, ..., 0], judge.data.numpy().transpose(0, 2, 1))
        ours = [kind.classes[label] for label in labels[side]]
        assert ours == [judge.classes[label] for label in judge.targets.tolist()]
    for picture, label in zip(pixels[::7, ..., 0], labels[::7], strict=True):
        assert np.array_equal(picture, glyph(label))


def glyph(label):
    """An upright L, with the number of its class in the first row."""
    picture = np.zeros((28, 28), np.uint8)
    picture[4:24, 8], picture[23, 8:20] = 255, 200
    picture[0, 0] = label
    return picture


def zipped_emnist():
    """`gzip.zip`: in a folder a packed file for each side of each part; pictures on their side."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in ("byclass", "bymerge", "balanced", "letters", "digits", "mnist"):
            kind = BY_NAME["EMNISTLetters" if part == "letters" else "EMNISTBalanced"]
            archive.writestr(f"gzip/emnist-{part}-mapping.txt", "0 48\n")
            for side, counts in (("train", kind.counts), ("test", kind.test_counts)):
                labels = np.random.default_rng(1).permutation(np.repeat(np.arange(len(counts)), counts))
                pictures = np.stack([glyph(label).T for label in labels])
                marks = (labels + (part == "letters")).astype(np.uint8)
                for what, array in (("images-idx3", pictures), ("labels-idx1", marks)):
                    packed = gzip.compress(made_sets.idx(array), 1)
                    archive.writestr(f"gzip/emnist-{part}-{side}-{what}-ubyte.gz", packed)
    return out.getvalue()


@pytest.mark.parametrize("after", range(12))
def test_cancelling_leaves_nothing_half_written(after, server, tmp_path):
    dataset = served("CIFAR100", server, ".tar.gz")
    told = []
    whole = fetch(dataset, lambda share: told.append(share) or len(told) <= after)
    assert (dataset.found() is not None) >= whole
    left = os.listdir(dataset.kept_in()) if dataset.kept_in().exists() else []
    assert not [name for name in left if name.endswith(".partial")]
    assert fetch(dataset, lambda share: True)
    assert same(dataset.load(), *drawn(BY_NAME["CIFAR100"]))


def test_another_archive_is_refused(server, tmp_path):
    dataset = served("CIFAR10", server, ".tar.gz", md5="0" * 32)
    with pytest.raises(UserError, match="whose MD5 begins with 0000"):
        fetch(dataset, lambda share: True)
    assert os.listdir(dataset.kept_in()) == []


def test_an_archive_that_lacks_files_is_told(server, tmp_path):
    dataset = served("CIFAR10", server, ".tar.gz", members=("in/test_batch", "in/more"))
    with pytest.raises(UserError, match=r"could not be unpacked: all.tar.gz lacks files"):
        fetch(dataset, lambda share: True)


def test_too_little_room_is_told_before_anything_is_fetched(server, tmp_path, monkeypatch):
    dataset = served("CIFAR10", server, ".tar.gz")
    monkeypatch.setattr(type(dataset), "download_bytes", 10**18)
    with pytest.raises(UserError, match=r"CIFAR-10 needs .* GB of disk space, but only"):
        fetch(dataset, lambda share: True)
    assert server.asked == []
