"""The networks of the papers, as rows of data."""
