"""A typed language of mathematical sentences: the sentence is the claim."""
