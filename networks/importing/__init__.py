"""Networks made from torch modules: traced, turned into the catalog's layers, folded along their names."""
