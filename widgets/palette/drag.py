"""The formats of data in a drag or on the clipboard; whoever receives it treats it as untrusted."""

LAYER_MIME = "application/x-backbone-layer"
"""The class name of a layer type, as UTF-8: what the palette drags and the canvas accepts."""

FRAGMENT_MIME = "application/x-backbone-network"
"""JSON of a `Network`: what copy puts on the clipboard and paste takes."""
SAVED_MIME = "application/x-backbone-block"
"""JSON of a `SavedBlock`: what the palette drags for one of the user's own blocks."""
