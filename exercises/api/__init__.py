"""The graded work in the REST API."""
