"""Folders of runs: `NAME.runs/0003 skips removed` beside `NAME.json`, numbered as they began."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from networks.core.message import UserError, message
from networks.core.storage import why_locked, why_not_written

RUNS, TRASH = ".runs", "trash"
LONGEST_WORDS = 100
"""Bytes of a folder's name behind its number: file systems allow 255, and whole paths are bounded, too."""
_TRIES = 1000
_NUMBERED = re.compile(r"(\d{4,9})(?: .*)?", re.DOTALL)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
"""What Windows allows in no name."""


def runs_folder(project: Path) -> Path:
    """Where the runs of a project file are kept: `NAME.runs` beside `NAME.json`."""
    return project.with_name(project.stem + RUNS)


def claimed(parent: Path, words: str) -> Path:
    """Makes a new run's folder with the next free number; `words` say what is special about it.

    Several programs may claim at once: making the folder of a bare number succeeds for one of them, and only
    then are the words added. Numbers of runs in the trash stay taken. Raises UserError with the reason.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        number = max(_numbers(parent), default=0) + 1
        for claim in range(number, number + _TRIES):
            bare = parent / f"{claim:04}"
            with suppress(FileExistsError):
                bare.mkdir()
                # it was free for a moment if another program has just added its words
                if sum(found == claim for found in _numbers(parent)) > 1:
                    bare.rmdir()
                    continue
                return _with_words(bare, folder_words(words))
    except (OSError, ValueError) as error:
        raise _not_made(parent, error) from error
    raise _not_made(parent, OSError("all numbers are taken"))


def run_folders(parent: Path) -> tuple[Path, ...]:
    """The folders of all runs, the oldest first. Links are left out; nothing where there are no runs.

    Raises UserError where there is a folder of runs that may not be listed.
    """
    if (reason := why_locked(parent)) is not None:
        raise UserError(
            message(
                "The runs in “{path}” could not be listed: {reason}.", path=os.fspath(parent), reason=reason
            )
        )
    return tuple(sorted(_found(parent), key=lambda folder: (number_of(folder), folder.name)))


def number_of(folder: Path) -> int:
    """The number in the name of a run's folder; 0 where it has none."""
    match = _NUMBERED.fullmatch(folder.name)
    return int(match[1]) if match else 0


def words_of(folder: Path) -> str:
    """What stands behind the number."""
    return folder.name.partition(" ")[2] if number_of(folder) else folder.name


def folder_words(words: str) -> str:
    """Words as every file system allows them in the name of a folder; may be empty."""
    text = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", words))
    text = "".join(character if character.isprintable() else " " for character in text)
    text = " ".join(text.split())
    # what is cut in the middle of a character is left out
    return text.encode("utf-8", "ignore")[:LONGEST_WORDS].decode("utf-8", "ignore").strip(" .")


def is_gone(folder: Path) -> bool:
    """Whether a folder is certainly not there any more; one that may not be looked at is."""
    try:
        os.lstat(folder)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def removed(folder: Path) -> Path:
    """Moves a run's folder into the trash beside it, and says where it lies there. Raises UserError."""
    trash = folder.parent / TRASH
    target = trash / folder.name
    try:
        trash.mkdir(exist_ok=True)
        for number in range(2, _TRIES):
            if not os.path.exists(target):
                break
            target = trash / f"{folder.name} ({number})"
        os.rename(folder, target)
    except OSError as error:
        raise UserError(
            message(
                "“{path}” was not moved to the trash: {reason}.",
                path=os.fspath(folder),
                reason=why_not_written(error),
            )
        ) from error
    return target


def brought_back(trashed: Path, folder: Path) -> None:
    """Moves a run's folder out of the trash to where it was. Raises UserError, also where that is taken."""
    try:
        if os.path.exists(folder):
            raise FileExistsError(f"“{folder.name}” is there again")
        os.rename(trashed, folder)
    except OSError as error:
        raise UserError(
            message(
                "“{path}” was not brought back from the trash: {reason}.",
                path=os.fspath(trashed),
                reason=why_not_written(error),
            )
        ) from error


def _with_words(bare: Path, words: str) -> Path:
    if not words:
        return bare
    folder = bare.with_name(f"{bare.name} {words}")
    try:
        return bare.rename(folder)
    except OSError:
        # the number is claimed, which is what counts; the words also stand in the run's files
        return bare


def _found(parent: Path) -> Iterator[Path]:
    try:
        with os.scandir(parent) as entries:
            for entry in entries:
                if _NUMBERED.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                    yield parent / entry.name
    except OSError:
        return


def _numbers(parent: Path) -> tuple[int, ...]:
    return tuple(number_of(folder) for place in (parent, parent / TRASH) for folder in _found(place))


def _not_made(parent: Path, error: OSError | ValueError) -> UserError:
    return UserError(
        message(
            "No folder for the run was made in “{path}”: {reason}.",
            path=os.fspath(parent),
            reason=why_not_written(error),
        )
    )
