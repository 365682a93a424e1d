"""Maps in the plane: judged by scikit-learn, by autograd, and by what the papers say of them."""
