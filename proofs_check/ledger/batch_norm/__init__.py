"""Batch normalisation without gradient explosion: the two theorems of paper [B] with explicit constants, and their limits."""
