"""Networks of the papers, as rows of data."""
