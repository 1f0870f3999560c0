"""Densities: proofs on points and digits, and how fast flows learn."""
