"""Which files there are in a folder of pictures: its classes, their files, and what has changed since."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from networks.core.message import Message, message, plural, visible

TRAINING = ("train", "training")
"""Names of a folder that stands above the classes, where pictures to judge by lie beside it."""
JUDGING = ("val", "valid", "validation", "test", "testing")
"""The first of them that is there is judged by."""
MOST_CLASSES = 10_000
_SYSTEM_FOLDERS = frozenset(
    ("__macosx", "__pycache__", "@eadir", "$recycle.bin", "system volume information", "lost+found")
)
_SYSTEM_FILES = frozenset(("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r"))
"""What systems and programs put into folders by themselves, in small letters; passed over in silence."""


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
    return _classes_of(root).folders


def class_names(root: str) -> tuple[str, ...]:
    """What the classes are called: a folder's name may be bytes that are no letters, or several lines."""
    return _classes_of(root).names


def classes_inside(root: str) -> str | None:
    """The name of the only folder where a class is looked for, if it holds folders instead of pictures.

    Archives are often unpacked into a folder of their own name, one too many.
    """
    classes = _classes_of(root)
    if len(classes.folders) != 1:
        return None
    (only,) = classes.folders
    try:
        names = [each.name for each in os.scandir(only) if os.path.isfile(each.path)]
    except OSError:
        return None
    plain = [name for name in names if not name.startswith(".")]
    return classes.names[0] if not plain and len(_folders(only)) > 1 else None


def files_in(root: str) -> Iterator[Found | Refused]:
    """Every file below the classes, by class and name; what lies below links is not looked at."""
    real, inside = os.path.realpath(root), dict[str, bool]()
    classes, halves = class_folders(root), _halves_of(root)
    yield from _passed_over(root, halves, {each.name for each in classes})
    for label, folder in enumerate(classes):
        places = [(folder, False)]
        if halves.judging is not None:
            places.append((halves.judging / folder.name, True))
        for above, judged in places:
            for one in _below(above, root):
                if isinstance(one, Refused):
                    yield one
                    continue
                folder_in, path = one
                # a folder is looked up once, not for each of its files
                if folder_in not in inside:
                    inside[folder_in] = _leads_into(folder_in, real)
                relative = os.path.relpath(path, root)
                yield _looked_at(path, relative, label, judged, real, inside[folder_in])


def _passed_over(root: str, halves: _Halves, classes: Set[str]) -> Iterator[Refused]:
    """Folders that stand where classes do, and are none."""
    if halves.training is None:
        return
    for half in (halves.training, halves.judging):
        for folder in () if half is None else _folders(half):
            relative = os.path.relpath(folder, root)
            if (reason := _no_class(folder, root)) is not None:
                yield Refused(relative, reason)
            elif folder.name not in classes and half is halves.judging:
                yield Refused(relative, message("no class of this name is there to learn from"))


def _no_class(folder: Path, root: str) -> Message | None:
    """Why a folder holds no class: it is a link that leads out of the root, or to a folder around itself."""
    if not os.path.islink(folder):
        return None
    real, above = os.path.realpath(folder), os.path.realpath(folder.parent)
    if not _leads_into(real, os.path.realpath(root)):
        return message("a link that leads out of the folder")
    return message("a link to a folder around it") if _leads_into(above, real) else None


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


class _Halves(NamedTuple):
    """Where the classes to learn from are, and where those to judge by, if they are apart."""

    training: Path | None
    judging: Path | None


def _halves_of(root: str) -> _Halves:
    stamp = _stamp(Path(root))
    return _halves(root, stamp) if stamp else _Halves(None, None)


@lru_cache(maxsize=8)
def _halves(root: str, stamp: int) -> _Halves:
    """`stamp` is when the folder was changed last: then it is looked into again."""
    inside = {each.name.lower(): each for each in _folders(Path(root))}
    training = next((inside[name] for name in TRAINING if name in inside), None)
    judging = next((inside[name] for name in JUDGING if name in inside), None)
    if training is None or not _folders(training):
        return _Halves(Path(root), None)
    return _Halves(training, judging)


class _Classes(NamedTuple):
    folders: tuple[Path, ...]
    names: tuple[str, ...]


def _classes_of(root: str) -> _Classes:
    training = _halves_of(root).training if root else None
    return _Classes((), ()) if training is None else _classes_in(root, str(training), _stamp(training))


@lru_cache(maxsize=8)
def _classes_in(root: str, training: str, stamp: int) -> _Classes:
    """`stamp` is when the folder `training`, in which the classes stand, was changed last."""
    found = [each for each in _folders(Path(training)) if _no_class(each, root) is None][:MOST_CLASSES]
    return _Classes(tuple(found), tuple(visible(each.name) for each in found))


def _stamp(folder: Path) -> int:
    """When a folder was changed last; 0 where there is none."""
    try:
        return folder.stat().st_mtime_ns
    except (OSError, ValueError):
        return 0


def _folders(above: Path) -> list[Path]:
    try:
        inside = [
            Path(each.path)
            for each in os.scandir(above)
            if each.is_dir(follow_symlinks=True) and _counts(each.name)
        ]
    except OSError:
        return []
    return sorted(inside, key=lambda each: each.name)


def _counts(folder: str) -> bool:
    """Whether people have made a folder of this name, and want it seen."""
    return not folder.startswith(".") and folder.lower() not in _SYSTEM_FOLDERS


def _below(folder: Path, root: str) -> Iterator[tuple[str, str] | Refused]:
    """The files in a folder and in its folders, by name, each with its own; hidden ones are passed over.

    Folders that are links, or may not be read, are told of instead.
    """
    trouble: list[OSError] = []
    for above, folders, names in os.walk(folder, onerror=trouble.append):
        folders[:] = sorted(name for name in folders if _counts(name))
        for name in folders:
            if os.path.islink(path := os.path.join(above, name)):
                yield Refused(
                    os.path.relpath(path, root), message("a link to a folder, which is not followed")
                )
        for name in sorted(names):
            if not name.startswith(".") and name.lower() not in _SYSTEM_FILES:
                yield above, os.path.join(above, name)
    for error in trouble:
        # that a class has no folder to judge by is no trouble
        if not isinstance(error, FileNotFoundError):
            reason = message("cannot be read: {reason}", reason=error.strerror or str(error))
            yield Refused(os.path.relpath(error.filename, root), reason)
