"""Kernel maps of an activation: coefficients, values with proof, iterates, behaviour at one."""
