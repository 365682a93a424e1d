"""Layers on the clipboard: a fragment as JSON, which is read back as carefully as a stranger's file."""

from __future__ import annotations

import atexit

import msgspec
from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication

from networks.core.decoding import decoded
from networks.core.message import UserError, message
from networks.graph.network import Network
from widgets.palette.drag import FRAGMENT_MIME

MOST_BYTES = 4_000_000
MOST_LAYERS = 5_000
MOST_FOLDS = 5_000
_last_put: QMimeData | None = None


def put(part: Network) -> None:
    """Puts a fragment on the clipboard."""
    data = QMimeData()
    data.setData(FRAGMENT_MIME, QByteArray(msgspec.json.encode(part)))
    QGuiApplication.clipboard().setMimeData(data)
    global _last_put
    _last_put = data


@atexit.register
def _let_go() -> None:
    """Empties Qt's substitute on platforms without a clipboard of their own, such as offscreen.

    Qt frees its content only after the Python interpreter has ended, when objects made by Python cannot be
    freed any more: the process would end in a segmentation fault. A real clipboard (`ownsClipboard`) keeps
    its content.
    """
    if _last_put is None or QGuiApplication.instance() is None:
        return
    clipboard = QGuiApplication.clipboard()
    if clipboard.mimeData() is _last_put and not clipboard.ownsClipboard():
        clipboard.clear()


def take() -> Network:
    """The fragment on the clipboard. Raises UserError if there is none or it is damaged."""
    data = QGuiApplication.clipboard().mimeData()
    if data is None or not data.hasFormat(FRAGMENT_MIME):
        raise UserError(message("There are no layers on the clipboard: copy some first."))
    content = data.data(FRAGMENT_MIME)
    if content.size() > MOST_BYTES:
        raise UserError(message("The clipboard holds too large a network: copy fewer layers."))
    return read(bytes(content.data()))


def read(content: bytes) -> Network:
    """The fragment in these bytes. Raises UserError if there is none; nothing in them is run."""
    try:
        part = decoded(content, Network)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UserError(
            message("The clipboard does not hold part of a network: {reason}.", reason=str(error))
        ) from error
    if not part.nodes:
        raise UserError(message("There are no layers on the clipboard: copy some first."))
    if len(part.nodes) > MOST_LAYERS or len(part.folds) > MOST_FOLDS:
        raise UserError(message("The clipboard holds too large a network: copy fewer layers."))
    return part
