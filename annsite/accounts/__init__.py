"""People: users, sign-in, API tokens and scopes."""
