"""What happens as deployed when the journal can take no entry: its right is gone? (F12, R42)"""

import pytest

from tests.faults.installation import WEB, Installation
from tests.faults.member import Member, hidden
from tests.faults.table import Line, chain_is_whole, doubled

pytestmark = [pytest.mark.faults, pytest.mark.long]
PATH = "/milestones/2.1/update/"
COUNTS = "SELECT (SELECT count(*) FROM milestones_statusupdate), (SELECT count(*) FROM journal_entry)"


def _form(person: Member, statement: str) -> dict[str, str]:
    page = person.ask(PATH).text
    seen = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "version")}
    return {"statement": statement, "status": "in_progress", "outlook": "on_track", "forecast": "2027-12", **seen}


def _refused(site: Installation, person: Member, form: dict[str, str]) -> None:
    """Send a save that must not be taken; hold the answer, the record and the operator's line to what they must say."""
    before = site.ask(COUNTS)
    answer = person.ask(PATH, form)
    reading = person.ask("/milestones/2.1/")
    assert (answer.status_code, answer.headers["Retry-After"], reading.status_code) == (503, "5", 200)
    assert "Nothing was saved" in answer.text
    assert site.ask(COUNTS) == before
    said = "".join(site.log(name) for name in WEB)
    assert "not_written" in said
    assert form["statement"] not in said


def test_a_change_is_refused_while_the_site_may_not_add_to_the_journal(site, members, told):
    site.start(*WEB, "proxy")
    (person,) = members(1)
    form = _form(person, "Sent while the journal was closed.")

    site.ask("REVOKE INSERT ON journal_entry FROM esc_site")
    _refused(site, person, form)
    site.ask("GRANT INSERT ON journal_entry TO esc_site")
    sent_again = person.ask(PATH, form)

    assert sent_again.status_code == 302
    kept = site.ask("SELECT count(*) FROM milestones_statusupdate WHERE statement = %s", form["statement"])
    told(Line("F12", "Journal not writable", "right to add revoked, then given", 0.0, 0, doubled(site)))
    assert (kept, chain_is_whole(site)) == ([(1,)], True)
