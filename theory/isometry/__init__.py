"""Gram matrices, their isometry, and bounds of the isometry gap."""
