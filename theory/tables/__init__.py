"""Tables of rates, comparisons, contraction constants and Weingarten functions."""
