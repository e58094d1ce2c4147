"""The operations of the networks: each has a formula, a forward and a backward function."""
