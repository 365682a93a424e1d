"""Identifiers for printed code: ASCII letters and digits only, unique, and no keyword of Python."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection

from networks.source.loop_text import loop_names

# fmt: off
GLOBALS = frozenset((
    "nn", "torch", "OrderedDict", "Tensor", "Callable", "partial", "Any", "copy",
    "Path", "csv", "math", "namedtuple", "np", "load_images", "main",
    "DATA", "CURVES", "WEIGHTS", "COLUMNS", "SIZE", "CHANNELS", "LUMINANCE", "CLASSES", "VALIDATION",
    "SPLIT_SEED", "TEST_IMAGES", "PER_CLASS",
    "MEAN", "DEVIATION", "BATCH_SIZE", "EPOCHS", "SEED", "AUXILIARY", "CLIP", "DROPOUT", "PATIENCE", "TARGET",
    "PLANNED", "START",
    "JUDGED_AT_ONCE", "STEPS_PER_EPOCH", "rate_factor",
    "FOLDER", "PICTURE_SIZE", "PICTURE_CHANNELS", "PICTURE_FIT", "MOST_PIXELS", "DECODERS", "AHEAD", "WHOLE",
    "WHILE_DECODING", "UPRIGHT", "Image", "ImageOps", "deque", "Iterable", "Iterator", "Future",
    "BATCHES_BACK", "ThreadPoolExecutor", "islice", "read_picture", "decoded_batches",
    "DEVICE", "THREADS", "AUGMENTATION", "EACH_STEP", "EACH_EPOCH", *loop_names(),
))
# fmt: on
"""What printed modules and training scripts import and define besides the network's classes."""
_PYTHON = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "self"))


def class_name(text: str) -> str:
    """`VGGStage` for “VGG stage”, `ResNet18` for “ResNet-18”; empty where no letter is left.

    Begins with a capital letter, so that it is never the name of a variable.
    """
    words = re.findall(r"[A-Za-z0-9]+", unicodedata.normalize("NFKC", text))
    name = "".join(word[:1].upper() + word[1:] for word in words)[:64].lstrip("0123456789")
    return name[:1].upper() + name[1:]


def variable_name(text: str) -> str:
    """A variable's name: `block1_0` for “block1-0”, `x0` for “0”; without capital letters."""
    name = re.sub(r"[^a-z0-9_]", "_", text.lower())
    return name if name[:1].isalpha() else f"x{name}"


def quoted(text: str) -> str:
    """A string constant, in double quotes where these need no escapes."""
    return f'"{text}"' if re.fullmatch(r"[A-Za-z0-9_ .-]*", text) else ascii(text)


def free(name: str, taken: Collection[str]) -> str:
    """The name, with a number appended where it is taken; never a keyword of Python."""
    number = 2
    found = name
    while found in taken or found in _PYTHON or found in GLOBALS:
        found = f"{name}{number}" if not name[-1:].isdigit() else f"{name}_{number}"
        number += 1
    return found
