"""Readers of the file formats in which data sets are given away; none runs code from a file."""
