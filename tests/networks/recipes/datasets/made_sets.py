"""Small data sets in the very formats in which the real ones are given away, with random pictures."""

from __future__ import annotations

import gzip
import pickle
import struct
import zlib
from typing import ClassVar

import numpy as np

from networks.recipes.datasets.cifar10 import CIFAR10
from networks.recipes.datasets.cifar100 import CIFAR100
from networks.recipes.datasets.emnist_balanced import EMNISTBalanced
from networks.recipes.datasets.emnist_letters import EMNISTLetters
from networks.recipes.datasets.fashion_mnist import FashionMNIST
from networks.recipes.datasets.kmnist import KMNIST
from networks.recipes.datasets.mnist import MNIST
from networks.recipes.datasets.stl10 import STL10
from networks.recipes.datasets.svhn import SVHN


def small(kind):
    """The same set with few pictures: 10 of each class to learn from and 2 to judge by, but for the last."""
    several = len(kind.classes)

    class Small(kind, frozen=True):
        counts: ClassVar = (*(10,) * (several - 1), 5)
        test_counts: ClassVar = (*(2,) * (several - 1), 1)

    if issubclass(kind, CIFAR10):  # in five files of equal length
        Small.counts = (10,) * several
    Small.__name__ = kind.__name__
    return Small


SETS = tuple(
    map(
        small,
        (MNIST, FashionMNIST, KMNIST, EMNISTBalanced, EMNISTLetters, CIFAR10, CIFAR100, SVHN, STL10),
    )
)
BY_NAME = {kind.__name__: kind for kind in SETS}


def drawn(kind, seed=0):
    """Pictures n×height×width×channels and labels, those of the test set last."""
    draw = np.random.default_rng(seed)
    sides = [
        draw.permutation(np.repeat(np.arange(len(kind.classes)), c)) for c in (kind.counts, kind.test_counts)
    ]
    labels = np.concatenate(sides)
    return draw.integers(0, 256, (len(labels), *kind.size, kind.channels), dtype=np.uint8), labels


def sides(kind, pixels, labels):
    """Training and test set."""
    own = sum(kind.counts)
    return (pixels[:own], labels[:own]), (pixels[own:], labels[own:])


def idx(array):
    """An array of bytes as an IDX file."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def write_idx(kind, folder, pixels, labels, packed=False, dotted=False, ending=None):
    folder.mkdir(parents=True, exist_ok=True)
    for side, (images, marks) in zip(kind.sides, sides(kind, pixels, labels), strict=True):
        images = images[..., 0].transpose(0, 2, 1) if kind.turned else images[..., 0]
        for what, array in (("images", images), ("labels", (marks + kind.first_label).astype(np.uint8))):
            mark = "." if dotted else "-"
            data = idx(np.ascontiguousarray(array))
            name = f"{side}-{what}{mark}idx{array.ndim}-ubyte"
            end = (".gz" if packed else "") if ending is None else ending
            (folder / f"{name}{end}").write_bytes(gzip.compress(data, 1) if packed else data)


def _rows(images):
    return images.transpose(0, 3, 1, 2).reshape(len(images), -1)


def write_pickles(kind, folder, pixels, labels, protocol=2, old=False):
    """`old` as Python 2 wrote them, with names and pictures as text of bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (images, marks) in _files(kind, kind.pickles, pixels, labels):
        fields = {"data": _rows(images), kind.key: marks.tolist(), "filenames": ["a.png"] * len(marks)}
        data = python2_pickle(fields) if old else pickle.dumps(fields, protocol)
        (folder / name).write_bytes(data)


def write_binaries(kind, folder, pixels, labels):
    folder.mkdir(parents=True, exist_ok=True)
    for name, (images, marks) in _files(kind, kind.binaries, pixels, labels):
        columns = [np.zeros((len(marks), kind.label_bytes - 1), np.uint8), marks[:, None].astype(np.uint8)]
        (folder / name).write_bytes(np.concatenate([*columns, _rows(images)], 1).tobytes())


def _files(kind, names, pixels, labels):
    learned, judged = sides(kind, pixels, labels)
    parts = list(zip(*(np.split(each, len(names) - 1) for each in learned), strict=True))
    return zip(names, [*parts, judged], strict=True)


def python2_pickle(fields):
    """The opcodes with which Python 2 and numpy of 2009 wrote CIFAR's batches (protocol 2)."""
    out = b"\x80\x02}("
    for name, value in fields.items():
        out += _old_text(name.encode())
        if isinstance(value, np.ndarray):
            out += b"cnumpy.core.multiarray\n_reconstruct\n" + b"cnumpy\nndarray\nK\x00\x85U\x01b\x87R("
            out += (
                b"K\x01" + b"M" + struct.pack("<H", value.shape[0]) + b"M" + struct.pack("<H", value.shape[1])
            )
            out += b"\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNN"
            out += b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
            out += b"\x89" + _old_text(value.tobytes()) + b"tb"
        else:
            out += b"]("
            for each in value:
                out += b"K" + bytes([each]) if isinstance(each, int) else _old_text(each.encode())
            out += b"e"
    return out + b"u."


def _old_text(data):
    return b"U" + bytes([len(data)]) + data if len(data) < 256 else b"T" + struct.pack("<i", len(data)) + data


def mat_element(kind, data):
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def mat_array(name, array):
    classes = {"uint8": (9, 2), "float64": (6, 9)}
    matlab, stored = classes[str(array.dtype)]
    values = array.tobytes(order="F")
    if matlab == 6 and (array == array.astype(np.uint8)).all():
        # MATLAB keeps whole numbers in as few bytes as they need
        stored, values = 2, array.astype(np.uint8).tobytes(order="F")
    label = struct.pack("<HH", 1, len(name)) + name.encode().ljust(4, b"\0")
    body = mat_element(6, struct.pack("<II", matlab, 0))
    body += mat_element(5, np.array(array.shape, "<i4").tobytes()) + label + mat_element(stored, values)
    return mat_element(14, body)


def write_mat(kind, folder, pixels, labels, packed=True):
    folder.mkdir(parents=True, exist_ok=True)
    for side, (images, marks) in zip(("train", "test"), sides(kind, pixels, labels), strict=True):
        digits = np.where(marks == 0, 10, marks).astype(np.float64)[:, None]
        out = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"
        for name, array in (("X", images.transpose(1, 2, 3, 0)), ("y", digits)):
            element = mat_array(name, array)
            data = zlib.compress(element, 1)
            out += struct.pack("<II", 15, len(data)) + data if packed else element
        (folder / f"{side}_32x32.mat").write_bytes(out)


def write_stl(kind, folder, pixels, labels):
    folder.mkdir(parents=True, exist_ok=True)
    for side, (images, marks) in zip(("train", "test"), sides(kind, pixels, labels), strict=True):
        (folder / f"{side}_X.bin").write_bytes(images.transpose(0, 3, 2, 1).tobytes())
        (folder / f"{side}_y.bin").write_bytes((marks + 1).astype(np.uint8).tobytes())


def write(kind, root, pixels, labels):
    """Where and how torchvision expects it, under its root. Gives the folder."""
    match kind.__name__:
        case "CIFAR10" | "CIFAR100":
            folder = root / kind.folders[0]
            write_pickles(kind, folder, pixels, labels)
        case "SVHN":
            folder = root
            write_mat(kind, folder, pixels, labels)
        case "STL10":
            folder = root / "stl10_binary"
            write_stl(kind, folder, pixels, labels)
        case _:
            folder = root / kind.folders[0]
            write_idx(kind, folder, pixels, labels)
    return folder
