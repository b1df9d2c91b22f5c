"""Paper [D]: covariances of shaped networks of depth proportional to width, and the SDE they converge to."""
