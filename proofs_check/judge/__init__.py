"""Judging sentences: strategies that refute, prove, certify or support one, and the verdict that is earned."""
