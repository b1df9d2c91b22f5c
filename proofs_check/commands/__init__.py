"""The commands of the command line, one module each; `proofs_check.cli` registers them.

A command is a function with typer annotations. It imports late: `haarmite --help` must not load SymPy or NumPy.
"""
