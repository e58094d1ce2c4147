"""What people ask the course for."""
