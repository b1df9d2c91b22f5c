"""A model check as a page."""
