"""The probe: which picture is followed through the network, with which weights, and what was seen of it."""
