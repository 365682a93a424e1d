"""One number of a network: which numbers it comes from, where it goes on, and what it sees."""
