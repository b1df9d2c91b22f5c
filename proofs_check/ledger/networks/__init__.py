"""Networks as words: Jacobians, tangent kernels, residual and gated blocks, attention, finite width."""
