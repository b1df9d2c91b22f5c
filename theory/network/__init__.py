"""Networks as words over blocks: grammar, infinite-width maps, tangent kernels, Jacobian spectra, finite width."""
