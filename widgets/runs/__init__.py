"""What shows runs: how one goes on, their table, and several of them compared."""
