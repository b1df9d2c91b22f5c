"""Exact mathematics of deep networks at initialisation: expressions, rationals, proved enclosures, asked digits.

Nothing here draws a random number, opens a file or returns an array. Imports are late: `import theory` loads no
SymPy, and each public name is found in the module that defines it.
"""
