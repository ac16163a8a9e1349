"""On which record do these tests stand? On that of the access table, with somebody for each of its columns."""

from tests.hostile.conftest import history, people  # noqa: F401 - fixtures
