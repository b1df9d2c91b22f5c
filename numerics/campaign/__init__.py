"""Sharded, resumable sampling: what a shard is, where it is kept, who draws it, and from which random stream."""
