"""What models of where examples come from must be able to do, on real data."""
