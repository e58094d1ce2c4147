"""The networks of the course, each in one short file."""
