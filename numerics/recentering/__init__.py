"""Networks with recentring (paper [C]): finite width, and the recursion of infinite width."""
