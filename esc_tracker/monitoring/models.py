"""Which job ran when? One row a job, so that every process and the operator read the same."""

from django.db import models


class JobRun(models.Model):
    """How a job has fared so far; times are real ones, whatever day the record stands at."""

    name = models.CharField(max_length=80, primary_key=True)
    started_at = models.DateTimeField(help_text="When it last began.")
    succeeded_at = models.DateTimeField(null=True, help_text="When it last ended well.")
    failed_at = models.DateTimeField(null=True, help_text="When it last failed.")
    runs = models.BigIntegerField(default=0)
    failures = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
