"""The vocabulary: one file a family, one class a word; importing this package registers all of them."""

from theory.statement.words import activation, attractor, gram, haar, kernel_map, network

__all__ = ["activation", "attractor", "gram", "haar", "kernel_map", "network"]
