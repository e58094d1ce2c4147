"""What others may want to know of people."""

from django.dispatch import Signal

signed_up = Signal()
