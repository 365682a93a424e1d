"""Types that are declared once, as one class each, and the closed catalogs that list them.

A layer, a block, a data set, a loss or an optimizer is a frozen struct: its fields are the parameters, its
docstring is the help. Forms, project files and tests read the class.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeVar, Union

import msgspec


class Declared(msgspec.Struct, frozen=True, tag_field="type", tag=True, forbid_unknown_fields=True):
    """One type is one subclass; the class's name is the name in project files."""

    title: ClassVar[str] = ""
    """The name for people; the class's name where empty."""

    @classmethod
    def name(cls) -> str:
        """The name for people."""
        return cls.title or cls.__name__

    @classmethod
    def help(cls) -> str:
        """The first paragraph of the docstring, on one line."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())


D = TypeVar("D", bound=Declared)

_CATALOGS: dict[type[Declared], tuple[type[Declared], ...]] = {}


def catalog(base: type[D], *modules: str) -> tuple[type[D], ...]:
    """All types of this kind that these modules declare, in the order of the source.

    A class from which another one in these modules derives is a base, not a type of the catalog.
    """
    found = [
        kind
        for module in modules
        for kind in vars(sys.modules[module]).values()
        if isinstance(kind, type) and issubclass(kind, base) and kind.__module__ == module
    ]
    bases = {parent for kind in found for parent in kind.__mro__[1:]}
    types = tuple(kind for kind in found if kind not in bases)
    _CATALOGS[base] = types
    return types


if TYPE_CHECKING:
    Closed = Annotated[D, "one of the types of its catalog"]
else:

    class Closed:
        """`Closed[Layer]` is the union of the catalog's types: no other type can come from a file."""

        def __class_getitem__(cls, base: type[Declared]) -> object:
            return Union[_CATALOGS[base]]
