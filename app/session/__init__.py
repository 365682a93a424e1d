"""The open project and what is remembered between starts."""
