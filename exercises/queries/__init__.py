"""Reads over several tables of the graded work."""
