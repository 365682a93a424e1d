"""Starting the program."""
