"""Laws of initial weights: what frameworks draw, and exact tests of one weight array against a law."""
