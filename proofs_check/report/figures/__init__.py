"""The figures of the papers as plots: each module has functions that return a `Plot`, and a registry `FIGURES` of those in `docs/`."""
