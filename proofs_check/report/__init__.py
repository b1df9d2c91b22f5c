"""Reports of a run: JSON for programs, a table for people."""
