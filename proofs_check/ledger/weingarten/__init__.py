"""Weingarten calculus: exact moments of Haar matrices, by which paper [B] and its follow-up compute."""
