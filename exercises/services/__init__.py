"""What people ask of the graded work, one function each."""
