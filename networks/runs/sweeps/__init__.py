"""Sweeps: grids of runs that wait in a folder, which any number of processes may take from."""
