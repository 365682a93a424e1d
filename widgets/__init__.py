"""One widget, one value shown, one wish signalled; Qt and what needs no torch of networks, never app."""
