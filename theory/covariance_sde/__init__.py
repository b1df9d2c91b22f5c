"""The neural covariance SDE: coefficients derived for shaped relu and smooth activations, and what follows from them."""
