"""What waits, and for how long? Each floor says its own; the settings name where, as strings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Gauge:
    """A number that goes up and down, by its Prometheus name without the prefix `esc_`."""

    name: str
    says: str
    value: float


def read_gauges(now: datetime) -> Iterator[Gauge]:
    """Yield every floor's gauges at this real moment."""
    for path in settings.GAUGES:
        gauges: Callable[[datetime], tuple[Gauge, ...]] = import_string(path)
        yield from gauges(now)
