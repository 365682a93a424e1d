"""Small controls that Qt lacks or draws poorly."""
