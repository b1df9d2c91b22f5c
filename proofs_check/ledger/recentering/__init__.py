"""Claims about batch normalisation taken apart: paper [C] and its predecessor [P]."""
