"""Does the operator's check find at once what a superuser changed in the journal? (F18, R41)"""

import re
import subprocess

import pytest

from tests.faults.installation import WEB, Installation
from tests.faults.table import Line, chain_is_whole

pytestmark = [pytest.mark.faults, pytest.mark.long]
UNGUARD = "ALTER TABLE journal_entry DISABLE TRIGGER ALL"
SWAP = """
UPDATE journal_entry SET number = 1000000 WHERE number = {first};
UPDATE journal_entry SET number = {first} WHERE number = {second};
UPDATE journal_entry SET number = {second} WHERE number = 1000000
"""


def verified(site: Installation, *words: str, **told: str) -> "subprocess.CompletedProcess[str]":
    """Run the check, as the operator does."""
    return site.manage("verify_record", *words, **told)


@pytest.fixture
def anchor(site, members) -> str:
    """Let a member write five words through the site, and take an anchor, as the operator does each day."""
    site.start(*WEB, "proxy")
    [member] = members(1)
    for number in range(5):
        assert member.save("5.1", f"Words {number}.")
    assert chain_is_whole(site)
    return site.manage("export_anchor").stdout.strip()


@pytest.mark.parametrize(
    ("what", "by", "found"),
    [
        pytest.param(
            "One entry changed",
            "UPDATE journal_entry SET after = jsonb_set(after, '{{statement}}', '\"Other words.\"') WHERE number = {n}",
            r"Entry {n} \(\S+ 5.1\) is not what was written",
            id="changed",
        ),
        pytest.param(
            "One entry removed", "DELETE FROM journal_entry WHERE number = {n}", "Entry {n} is missing", id="removed"
        ),
        pytest.param("Two entries swapped", SWAP, r"Entry {n} \(\S+ \S+\) is not what was written", id="swapped"),
    ],
)
def test_what_a_superuser_did_to_the_journal_is_found_at_its_first_entry(site, anchor, told, what, by, found):
    last = int(anchor.partition(":")[0])
    first = last - 3
    statement = by.format(n=first, first=first, second=last - 1)

    site.ask(UNGUARD)
    for each in filter(None, (part.strip() for part in statement.split(";"))):
        site.ask(each)
    checked = verified(site)

    assert checked.returncode == 1
    assert re.search(found.format(n=first), checked.stderr), checked.stderr
    told(
        Line("F18", what, "SQL as superuser, triggers disabled", None, 0, 0, "verify_record names the first bad entry")
    )
