"""Shaped networks and their covariance SDE (paper [D]): chains exact in law, paths, densities."""
