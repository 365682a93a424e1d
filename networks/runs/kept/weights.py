"""Which weights lie in a run's folder, and in which files."""

from __future__ import annotations

import os
from pathlib import Path

from networks.runs.judgement.judgement import WEIGHTS as KINDS
from networks.runs.judgement.judgement import Lasting
from networks.runs.kept.files import OTHER_WEIGHTS, WEIGHTS


def weight_files(folder: Path, keep: Lasting) -> dict[Lasting, Path]:
    """The files of weights of a run whose recipe keeps these; empty where it has not come to an end.

    Where the last epoch is the best one, there is one file, that of the last.
    """
    main = folder / WEIGHTS
    found = {kind: path for kind in KINDS if os.path.isfile(path := folder / OTHER_WEIGHTS[kind])}
    if os.path.isfile(main):
        # the recipe's choice has the first name, and all others have names of their own
        found[keep if "last" in found else "last"] = main
    return {kind: found[kind] for kind in KINDS if kind in found}
