"""Neural networks in numpy, usable without the site."""

__version__ = "0.1.1"
