"""The course: what is taught, in which order, and to whom."""
