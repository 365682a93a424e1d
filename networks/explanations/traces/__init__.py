"""A picture's or a batch's whole way through a network, kept so that any of its numbers can be explained."""
