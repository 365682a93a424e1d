"""The document and its history, the training thread, files, commands and the window that joins them."""
