"""Tests of means and laws with a stated error probability, and what they cost."""
