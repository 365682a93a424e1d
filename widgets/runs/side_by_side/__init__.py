"""Two runs side by side: what differs in words and on their networks, and what came of them."""
