"""Shared parts of the REST API."""
