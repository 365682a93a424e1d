"""The open project, its files, and what the program remembers between starts."""
