"""Paper [A]: isometry of Gram matrices, and how activation and normalisation change it."""
