"""Two players: one makes examples, the other tells them from real ones."""
