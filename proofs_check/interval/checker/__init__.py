"""The independent checker of certificates, in parts: standard library and mpmath's interval arithmetic, nothing else.

Nothing here imports the prover, SymPy, Arb, NumPy or any other module of the project, and the folder works wherever it
is copied. `recheck.py` beside it is the way in.

``reading``        JSON that may be hostile: no floats, no repeated keys, bounded numbers; the refusal
``claim``          the claim's text -> tape and box, by a whitelist walk over Python's syntax tree
``intervals``      the functions that `mpmath.iv` lacks, with bounded remainders
``series``         truncated power series with interval coefficients
``forms``          the bounds on a cell: natural, Taylor, mean value, zero, edge, corner
``evident_sign``   the sign of an expression read off term by term
``kernel``         the contraction of a kernel map with ball coefficients
``document``       the whole check of a document: digest, claim, zeros, exact cover, every cell's bound
"""
