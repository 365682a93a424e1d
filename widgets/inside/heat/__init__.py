"""What the network looks at in a picture: heat maps over it, and whether they can be trusted."""
