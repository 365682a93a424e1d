"""One widget, one value shown, one wish signalled: Qt and the torch-free part of networks, no torch, no app."""
