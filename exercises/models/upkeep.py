"""What keeps the site's own books: when something last happened, and how finished answers ended."""

from django.db import models


class Moment(models.Model):
    """When something last happened, by the database's clock: one row per name."""

    SWEPT = "swept"
    TALLIED = "tallied"

    name = models.CharField(max_length=16, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"


class Tally(models.Model):
    """How many submissions ended in one way before the moment `tallied`; later ones are counted when asked.

    `bucket` numbers the time from submission to end; see exercises/queries/endings.py.
    """

    lane = models.CharField(max_length=11)
    status = models.CharField(max_length=9)
    failure = models.CharField(max_length=12, blank=True)
    bucket = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()
    retries = models.PositiveBigIntegerField(help_text="Claims beyond the first")
    seconds = models.FloatField(help_text="Sum of the times from submission to end")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lane", "status", "failure", "bucket"], name="tally_is_one_per_ending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.status} in {self.lane}"
