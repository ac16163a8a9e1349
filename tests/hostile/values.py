"""What does somebody type who wants the site to break?"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

LONG = os.environ.get("FUZZ") == "long"
TIMES = 15 if LONG else 1

HUGE = "9" * 40
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x01\x07\x1b[31m\x7f",
    "\u202eesrever\u2066",
    "e" + "\u0301" * 60,
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\ufeff\u200b\u2028\u2029\u0085",
    "\U0001f469\u200d\U0001f52c\U000e0041\U0010ffff",
    "\ufffe\uffff",
    "\ud800",
    "line\r\nbreak\rand\n\n",
    "' OR '1'='1' --",
    "%s%n%(x)s {0} {{7*7}} ${7*7}",
    "../../../../etc/passwd",
    "%00%2e%2e%0d%0aSet-Cookie:%20x=1",
    "\\",
    "%",
    "_",
    "=1+1",
    "<b>x</b>",
    "[]",
    "{}",
    '{"a": [1]}',
    "null",
    "None",
    "true",
    "x" * 501,
    "x" * 40_000,
    "word " * 400,
)
NUMBERS = (
    *(
        "0",
        "-1",
        "1",
        "2",
        "01",
        "+1",
        "1 ",
        "1.0",
        "1.5",
        "1e3",
        "0x10",
        "\uff11",
        "\u0661",
        "\u00b2",
        "1_000",
        "1,000",
    ),
    *(
        "NaN",
        "Infinity",
        "-Infinity",
        "2147483647",
        "2147483648",
        "-2147483649",
        "9223372036854775808",
        HUGE,
        "9" * 5000,
    ),
)
DAYS = (
    *("2020-09-14", "2020-09-01", "2020-10", "2020-10-31", "0001-01-01", "9999-12-31", "10000-01-01", "2020-02-30"),
    *("2019-02-29", "2020-13", "2020-00-10", "2020-9-1", "20200914", "2020-09-14T10:00", "2020-W37", "0000-W01"),
    *("9999-W53", "2020-W54", "2020-W00", "today", "\uff12\uff10\uff12\uff10-09-14", "-2020-09-14", "2020-09-14\n"),
    *(
        "2020-09-14T10:00:00+99:99",
        "25:00",
        "23:60",
        "00:00",
        "2100-12-31T23:59",
        "9999-12-31T23:59",
        "0001-01-01T00:00",
    ),
)
KNOWN = ("CBP", "ICE-HSI", "PLCY", "unassigned", "3.1", "4.3", "esc", "coac", "csv", "xlsx", "now", "start", "unknown")
ADDRESSES = (
    "//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "http://[",
    "http://\u2603",
    "ftp://x",
    "/",
)

VALUES = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from(DAYS),
    st.sampled_from(KNOWN + ADDRESSES),
    st.text(st.characters(), max_size=40),
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="minutes")),
)


def tries(count: int) -> settings:
    """Return the settings of a fuzz: always the same examples, `FUZZ=long` for fifteen times as many."""
    return settings(
        max_examples=count * TIMES,
        derandomize=True,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
