"""A single call of torch's, of a module, function or method, as a layer of the catalog."""
