"""What must hold where an example of the README is applied; run in a copy of the tree, never in this one."""
