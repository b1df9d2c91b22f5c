"""What speaks for or against a claim: verdict, steps, figures, plots, and the three rungs that make them."""
