"""Is the record's day a day in New York, whatever the machine believes?"""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from esc_tracker import clock

WHERE = (
    "import django; django.setup();"
    "from datetime import UTC, datetime; from esc_tracker import clock;"
    "print(clock.day_of(datetime(2020, 11, 1, 0, 30, tzinfo=UTC)), clock.end_of(clock.day_of(datetime(2020, 11, 1, "
    "12, tzinfo=UTC))).isoformat(), clock.today())"
)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2020, 9, 14, 3, 59, 59, tzinfo=UTC), date(2020, 9, 13)),
        (datetime(2020, 9, 14, 4, tzinfo=UTC), date(2020, 9, 14)),
        (datetime(2020, 11, 1, 0, 30, tzinfo=UTC), date(2020, 10, 31)),
        (datetime(2020, 12, 31, 23, tzinfo=timezone(timedelta(hours=14))), date(2020, 12, 31)),
        (datetime(2021, 1, 1, 4, 59, tzinfo=UTC), date(2020, 12, 31)),
    ],
)
def test_day_of_a_moment_is_new_yorks(moment, day):
    assert clock.day_of(moment) == day


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2020, 9, 14), 24),
        (date(2020, 3, 8), 23),
        (date(2020, 11, 1), 25),
        (date(2020, 2, 29), 24),
        (date(2020, 12, 31), 24),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight(day, hours):
    assert clock.end_of(day) - clock.start_of(day) == timedelta(hours=hours)
    assert clock.end_of(day) == clock.start_of(day + timedelta(days=1))
    assert clock.day_of(clock.start_of(day)) == day
    assert clock.day_of(clock.end_of(day) - timedelta(microseconds=1)) == day
    assert clock.start_of(day).tzinfo == UTC


def test_a_pinned_day_keeps_the_time_of_day_running(settings):
    settings.ESC_TODAY = date(2020, 9, 14)

    wall, now = clock.wall().astimezone(clock.NEW_YORK), clock.now().astimezone(clock.NEW_YORK)

    assert clock.today() == now.date() == date(2020, 9, 14)
    assert (
        timedelta(0)
        <= now.replace(tzinfo=None) - wall.replace(tzinfo=None, year=2020, month=9, day=14)
        < timedelta(minutes=1)
    )


def test_without_a_pinned_day_the_record_keeps_real_time(settings):
    settings.ESC_TODAY = None

    assert abs(clock.now() - clock.wall()) < timedelta(minutes=1)


def test_at_tells_the_past_and_lets_go(settings):
    moment = datetime(2020, 8, 3, 9, tzinfo=clock.NEW_YORK)

    with clock.at(moment):
        assert (clock.now(), clock.today(), clock.tells_the_past()) == (moment, date(2020, 8, 3), True)
        with clock.at(moment + timedelta(days=1)):
            assert clock.today() == date(2020, 8, 4)
        assert clock.today() == date(2020, 8, 3)

    assert (clock.today(), clock.tells_the_past()) == (date(2020, 9, 14), False)


def test_at_lets_go_after_a_failure():
    with pytest.raises(RuntimeError), clock.at(datetime(2020, 8, 3, tzinfo=UTC)):
        raise RuntimeError

    assert not clock.tells_the_past()


def test_wall_is_never_told(settings):
    with clock.at(datetime(2020, 8, 3, tzinfo=UTC)):
        assert clock.wall() > datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("machine", ["UTC", "Asia/Tokyo", "Pacific/Kiritimati"])
def test_a_machine_elsewhere_changes_nothing(machine):
    env = {**os.environ, "TZ": machine, "ESC_TODAY": "2020-09-14", "DJANGO_SETTINGS_MODULE": "esc_tracker.settings"}

    said = subprocess.run([sys.executable, "-c", WHERE], env=env, capture_output=True, text=True, check=True).stdout

    assert said.split() == ["2020-10-31", "2020-11-02T05:00:00+00:00", "2020-09-14"]
