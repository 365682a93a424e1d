"""Brings points with many numbers into the plane, with torch: PCA, PaCMAP and t-SNE."""
