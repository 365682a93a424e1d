"""What a run is made of, from its recipe: plan, network, first weights, images, loss, optimizer."""
