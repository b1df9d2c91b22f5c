"""Random networks and processes as arrays, exact-in-law samplers, error bars, tests with stated error probability."""
