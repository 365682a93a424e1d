"""Whether layers compute the same as the module they come from, by running both."""
