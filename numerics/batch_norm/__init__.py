"""Networks with batch normalisation (paper [B]): gaps, gradients, spectra and gains."""
