"""The graded work: exercises, submissions and grades."""
