"""Gains that frameworks and papers print: each figure judged to its digits, and corrected beyond them."""
