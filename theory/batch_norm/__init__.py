"""Batch normalisation of deep linear networks at initialisation: one-step law, sharp contraction, depth scale, gradients, shaping."""
