"""Sound: samples from files, and spectrograms of them."""
