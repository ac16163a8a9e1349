"""How are reporting weeks written in addresses?"""

from milestones.calls.weeks import ReportingWeek


class Week:
    """A reporting week, such as `2020-W37`; weeks that no year has lead nowhere."""

    regex = r"[0-9]{4}-W[0-9]{2}"

    def to_python(self, value: str) -> ReportingWeek:
        """Read the week; a text that names none leads to 404."""
        return ReportingWeek.read(value)

    def to_url(self, value: ReportingWeek | str) -> str:
        """Write the week as it is."""
        return str(value)
