"""Models of where examples come from: densities, codes and samplers."""
