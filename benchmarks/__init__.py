"""Benchmarks: each module measures one thing side by side with the peer named in it, in one run."""
