"""Claims about deep networks at initialisation, the evidence for and against them, verdicts and reports.

No mathematics of its own: formulas come from `theory`, samples from `numerics`.
"""
