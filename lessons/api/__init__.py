"""The course in the REST API."""
