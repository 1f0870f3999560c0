"""Nets with a memory apart from their units: slots that heads read and write."""
