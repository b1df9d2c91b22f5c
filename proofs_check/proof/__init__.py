"""Proofs: a small kernel of rules is the only place that makes a theorem."""
