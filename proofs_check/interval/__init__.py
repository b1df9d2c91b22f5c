"""The certified rung: inequalities on boxes proved by interval arithmetic, with certificates and a separate checker."""
