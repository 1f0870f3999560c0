"""Seeing a derivative: graphs, accumulation tables, formulas."""
