"""The installed program: `app`, `widgets` and `networks` lie in this folder in the wheel."""
