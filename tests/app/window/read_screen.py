"""Reads the program's window over AT-SPI, as a screen reader does; for the system's Python with its pyatspi.

Given two files: it waits for the first, which the program makes, and makes the second once it listens.
Writes, as JSON, name, role and description of all that there is, and then the names of what had the focus.
"""

import json
import os
import sys
import threading
import time

import pyatspi

PATIENCE = 120


def below(thing):
    """A thing and all that is in it."""
    yield thing
    for index in range(thing.childCount):
        child = thing.getChildAtIndex(index)
        if child is not None:
            yield from below(child)


def all_there_is():
    """What the program has on the bus, once it has a window; None before, or where that changes meanwhile."""
    try:
        for one in pyatspi.Registry.getDesktop(0):
            if one is not None and one.name == "Backbone" and one.childCount:
                return [[each.name, each.getRoleName(), each.description] for each in below(one)]
    except Exception as error:  # noqa: BLE001  # the bus has errors of its own for what has just gone
        sys.stderr.write(f"{error!r}\n")
    return None


def wait_for(condition, what):
    """What the condition gives once it gives something."""
    until = time.monotonic() + PATIENCE
    while not (given := condition()):
        if time.monotonic() > until:
            sys.exit(f"{what} is not there after {PATIENCE} s")
        time.sleep(0.2)
    return given


def note(event):
    """Notes what has got the focus; after three of the canvas that is enough."""
    if event.detail1 and event.source is not None:
        focused.append(event.source.name)
    if sum(", " in name for name in focused) >= 3:
        pyatspi.Registry.stop()


shown, listening = sys.argv[1:]
wait_for(lambda: os.path.exists(shown), "the window")
found = wait_for(all_there_is, "the program on the accessibility bus")
focused = []
threading.Timer(PATIENCE, pyatspi.Registry.stop).start()
pyatspi.Registry.registerEventListener(note, "object:state-changed:focused")
with open(listening, "w", encoding="utf-8"):
    pass
pyatspi.Registry.start()
sys.stdout.write(json.dumps([found, focused]))
sys.stdout.flush()
os._exit(0)  # the timer may still be waiting
