"""The thread that trains, and runs as the user sees them."""
