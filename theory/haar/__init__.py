"""Weingarten calculus: exact moments of Haar orthogonal, unitary and symplectic matrices."""
