"""Running claims: which are asked for, claim files, the runner, the search for counterexamples."""
