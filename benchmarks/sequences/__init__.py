"""What models of sequences reach."""
