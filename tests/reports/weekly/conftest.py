"""What do the tests of the weekly report's wing stand on?"""

from tests.reports.pages.conftest import history, record, week_37

__all__ = ["history", "record", "week_37"]
