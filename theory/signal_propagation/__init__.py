"""What repeated layers do: fixed points, rates, depth laws, mean field, finite width."""
