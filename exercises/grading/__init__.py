"""The rules that turn an answer into a report; pure functions without Django."""
