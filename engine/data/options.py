"""The bounds of the options of a data set."""


def at_least(least: int, **options: float | None) -> None:
    """Refuse options below a bound, nan among them, with a ValueError that names the option; None passes."""
    for name, value in options.items():
        if value is not None and not value >= least:
            raise ValueError(f"{name} must be at least {least}, got {value}")


def at_most(most: int, **options: float | None) -> None:
    """Refuse options above a bound, as `at_least` does below one."""
    for name, value in options.items():
        if value is not None and not value <= most:
            raise ValueError(f"{name} must be at most {most}, got {value}")
