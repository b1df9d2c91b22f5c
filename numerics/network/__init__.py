"""Random networks as arrays, exactly in law: layers, whole networks, Gram chains, gradients."""
