"""Exact Gaussian expectations of activations: S(t) = E s(Z + t), moments, Hermite coefficients and kernel maps."""
