"""Checks for the system libraries that Qt needs, before Qt would abort without them."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable

# shared library -> package on Debian and Ubuntu
_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
_X11_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}


def missing_for_window(
    platform: str = sys.platform,
    environment: dict[str, str] | os._Environ[str] = os.environ,
    load: Callable[[str], object] = ctypes.CDLL,
) -> str | None:
    """Why no window can be opened here, with the command that fixes it, or None if one can.

    Only Linux needs libraries of the system. The arguments are there for tests.
    """
    if platform != "linux":
        return None
    chosen = environment.get("QT_QPA_PLATFORM", "")
    if not chosen and not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        return (
            "Expected a screen, got neither DISPLAY nor WAYLAND_DISPLAY: start Backbone from a desktop "
            "session, or train without a window by `backbone train PROJECT.json`."
        )
    needed = dict(_LIBRARIES)
    if chosen.startswith("xcb") or (not chosen and not environment.get("WAYLAND_DISPLAY")):
        needed |= _X11_LIBRARIES
    packages = [package for library, package in needed.items() if not _loads(library, load)]
    if not packages:
        return None
    return (
        "Qt needs system libraries that are missing here. On Debian or Ubuntu this installs them:\n"
        f"  sudo apt-get install -y {' '.join(packages)}"
    )


def _loads(library: str, load: Callable[[str], object]) -> bool:
    try:
        load(library)
    except OSError:
        return False
    return True
