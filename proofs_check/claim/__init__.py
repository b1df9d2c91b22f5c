"""What is claimed: a statement with its formula, cases, checks and mutants."""
