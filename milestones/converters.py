"""How are milestones, actions, agencies, reporting weeks and meetings written in addresses?"""

from milestones.calls.weeks import ReportingWeek


class MilestoneCode:
    """A milestone's number, such as `4.3`; it stays text."""

    regex = r"[1-9][0-9]{0,3}\.[1-9][0-9]{0,3}"

    def to_python(self, value: str) -> str:
        """Keep the number as written."""
        return value

    def to_url(self, value: str) -> str:
        """Write the number as it is."""
        return value


class ActionNumber:
    """An action's number, such as `4`."""

    regex = r"[1-9][0-9]{0,3}"

    def to_python(self, value: str) -> int:
        """Read the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Write the number."""
        return str(value)


class AgencyCode:
    """An agency's code, such as `ICE-HSI`."""

    regex = r"[A-Z][A-Z-]{1,19}"

    def to_python(self, value: str) -> str:
        """Keep the code as written."""
        return value

    def to_url(self, value: str) -> str:
        """Write the code as it is."""
        return value


class Week:
    """A reporting week, such as `2020-W37`; weeks that no year has lead nowhere."""

    regex = r"[0-9]{4}-W[0-9]{2}"

    def to_python(self, value: str) -> ReportingWeek:
        """Read the week; a text that names none leads to 404."""
        return ReportingWeek.read(value)

    def to_url(self, value: ReportingWeek | str) -> str:
        """Write the week as it is."""
        return str(value)


class MeetingNumber(ActionNumber):
    """A meeting's number, such as `3`."""
