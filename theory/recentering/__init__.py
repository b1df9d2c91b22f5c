"""Batch normalisation taken apart: recentring, rescaling and an activation acting on the Gram matrix of a batch."""
