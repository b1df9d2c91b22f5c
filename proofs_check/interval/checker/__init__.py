"""The independent checker of certificates, in parts: the standard library and nothing else.

Nothing here imports the prover, SymPy, Arb, mpmath, NumPy or any other module of the project, and the folder works wherever
it is copied. `recheck.py` beside it is the way in.

``reading``        JSON that may be hostile: no floats, no repeated keys, bounded numbers; the refusal
``statement``      the claim's text -> tape and box, by a whitelist walk over Python's syntax tree
``intervals``      intervals with integer ends times a power of two, rounded outwards
``elementary``     pi, exp, log, circular and hyperbolic functions by series with bounded remainders
``special``        erf, erfc, Gamma and its derivatives, incomplete gamma functions
``functions``      all of them by their names on the tape
``series``         truncated power series with intervals or exact values as coefficients
``polynomial``     sums of monomials in numbered generators
``exact``          exact values as ratios of such sums, and the identities in use
``exact_proofs``   what has to hold exactly: vanishing coefficients, changes of variable, derivatives
``forms``          the bounds on a cell: natural, Taylor, mean value, zero, edge, corner
``evident_sign``   sign and smoothness of an expression read off term by term
``contraction``    the contraction of a kernel map, from the ends of cells
``hermite``        the coefficients of the kernel maps of known activations, by quadrature with a bounded error
``haar``           Weingarten functions and moments of entries, by the relations that determine them
``document``       the whole check of a document: digest, claim, zeros, exact cover, every cell's bound
"""
