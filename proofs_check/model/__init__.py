"""A real model's initialisation: its parameters against laws, its layers against what theory predicts."""
