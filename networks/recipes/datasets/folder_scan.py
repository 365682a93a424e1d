"""Which files there are in a folder of pictures: its classes, their files, and what has changed since."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from networks.core.message import Message, message, plural

TRAINING = ("train", "training")
"""Names of a folder that stands above the classes, where pictures to judge by lie beside it."""
JUDGING = ("val", "valid", "validation", "test", "testing")
"""The first of them that is there is judged by."""
MOST_CLASSES = 10_000


class Refused(NamedTuple):
    """A file that is left out, and why."""

    path: str
    reason: Message


class Found(NamedTuple):
    """A file below one of the classes; `path` is relative to the folder."""

    path: str
    label: int
    judged: bool
    stamp: tuple[int, int]
    """Its size in bytes, and when it was changed last: another file has another one."""


def class_folders(root: str) -> tuple[Path, ...]:
    """The folders of the classes, by name; none where there is no such folder."""
    try:
        stamp = Path(root).stat().st_mtime_ns if root else 0
    except (OSError, ValueError):
        return ()
    return _class_folders(root, stamp) if stamp else ()


def files_in(root: str) -> Iterator[Found | Refused]:
    """Every file below the classes, by class and name; links that lead out are refused."""
    real, inside = os.path.realpath(root), dict[str, bool]()
    _, judging = _halves(Path(root))
    for label, folder in enumerate(class_folders(root)):
        halves = [(folder, False)]
        if judging is not None:
            halves.append((judging / folder.name, True))
        for above, judged in halves:
            for folder_in, path in _below(above):
                # a folder is looked up once, not for each of its files
                if folder_in not in inside:
                    inside[folder_in] = _leads_into(folder_in, real)
                relative = os.path.relpath(path, root)
                yield _looked_at(path, relative, label, judged, real, inside[folder_in])


def _looked_at(
    path: str, relative: str, label: int, judged: bool, root: str, folder_inside: bool
) -> Found | Refused:
    try:
        state = os.lstat(path)
        is_link = stat.S_ISLNK(state.st_mode)
        state = os.stat(path) if is_link else state
    except OSError:
        return Refused(relative, message("not a file that can be read"))
    if not stat.S_ISREG(state.st_mode):
        return Refused(relative, message("not a file that can be read"))
    if not (_leads_into(path, root) if is_link else folder_inside):
        return Refused(relative, message("a link that leads out of the folder"))
    return Found(relative, label, judged, (state.st_size, state.st_mtime_ns))


def _leads_into(path: str, root: str) -> bool:
    return os.path.join(os.path.realpath(path), "").startswith(os.path.join(root, ""))


Stamps = Mapping[str, tuple[int, int]]
"""Size and time of change of each file, by its path."""


def stamps_of(root: str) -> Stamps:
    """Of all files as they are now, without looking into them."""
    return {each.path: each.stamp for each in files_in(root) if isinstance(each, Found)}


def difference(old: Stamps, new: Stamps) -> Message | None:
    """What has changed in a folder: `3 new pictures, 1 removed`; None where nothing has."""
    came = sum(path not in old for path in new)
    gone = sum(path not in new for path in old)
    changed = sum(new[path] != stamp for path, stamp in old.items() if path in new)
    parts = []
    if came:
        parts.append(plural("{count} new file", "{count} new files", count=came))
    if gone:
        parts.append(plural("{count} file removed", "{count} files removed", count=gone))
    if changed:
        parts.append(plural("{count} file changed", "{count} files changed", count=changed))
    if not parts:
        return None
    told = parts[0]
    for part in parts[1:]:
        told = message("{first}, {second}", first=told, second=part)
    return told


def _halves(root: Path) -> tuple[Path, Path | None]:
    """Where the classes to learn from are, and where those to judge by, if they are apart."""
    inside = {each.name.lower(): each for each in _folders(root)}
    training = next((inside[name] for name in TRAINING if name in inside), None)
    judging = next((inside[name] for name in JUDGING if name in inside), None)
    return (training, judging) if training is not None and _folders(training) else (root, None)


@lru_cache(maxsize=8)
def _class_folders(root: str, stamp: int) -> tuple[Path, ...]:
    """`stamp` is when the folder was changed last: then it is looked into again."""
    return tuple(_folders(_halves(Path(root))[0])[:MOST_CLASSES])


def _folders(above: Path) -> list[Path]:
    try:
        inside = [
            Path(each.path) for each in os.scandir(above) if each.is_dir() and not each.name.startswith(".")
        ]
    except OSError:
        return []
    return sorted(inside, key=lambda each: each.name)


def _below(folder: Path) -> Iterator[tuple[str, str]]:
    """The files in a folder and in its folders, by name, each with its own; hidden ones are passed over."""
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.lower() != "thumbs.db":
                yield above, os.path.join(above, name)
