"""Looking back by content: attention, positions, and the Transformer's block."""
