"""The parser of arguments, which says what is wrong in one line."""

from __future__ import annotations

import argparse
from typing import NoReturn

from networks.core.message import visible


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; argparse itself would print the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {visible(message)} (`{self.prog} --help` lists what there is)\n")
