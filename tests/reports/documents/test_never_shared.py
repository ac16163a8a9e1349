"""Does any file that COAC can take hold a word that was written for the committee?"""

import pytest

from tests.reports.documents.opening import bytes_of, text_in

pytestmark = pytest.mark.django_db

FILES = ("2020-W36.xlsx", "2020-W36.csv", "2020-W36.json", "2020-W36.docx")
PRINTED = (
    *("zzz-statement", "zzz-step", "zzz-waiting", "zzz-reason", "zzz-needed", "zzz-cannot", "zzz-before", "zzz-edited"),
    *("zzz-moved", "zzz-narrative", "zzz-ask", "zzz-correction"),
)
LEFT_OUT = {"2020-W36.docx": ["zzz-cannot"]}  # the page leaves out why an agency cannot say when, and so does its copy
ON_ONE_PAGE = ("zzz-statement", "zzz-step", "zzz-needed", "zzz-waiting", "zzz-ask", "zzz-correction")
KEPT_FROM_ALL = ("zzz-note", "zzz-ours", "zzz-withheld", "Dana Reyes", "plcy@esc.example")
FORECAST = ("2031-03-17", "Mar 17", "March 2031", "<v>47924</v>")  # as each file writes that day


def test_the_committees_files_hold_what_agencies_and_plcy_wrote(client_of, cbp, week_36):
    client = client_of(cbp)

    for file in FILES:
        text = text_in(bytes_of(client.get(f"/reports/{file}")))
        assert [word for word in PRINTED if word not in text] == LEFT_OUT.get(file, []), file
        assert any(day in text for day in FORECAST), file
        assert [word for word in KEPT_FROM_ALL if word in text] == [], file
    page = text_in(bytes_of(client.get("/reports/2020-W36/one-page.docx")))
    assert [word for word in ON_ONE_PAGE if word not in page] == []


def test_coacs_files_hold_none_of_it(client_of, cbp, coac, week_36):
    ways = [(client_of(coac), ""), (client_of(cbp), "?edition=coac")]

    for client, query in ways:
        for file in (*FILES, "2020-W36/one-page.docx"):
            text = text_in(bytes_of(client.get(f"/reports/{file}{query}")))
            assert "zzz-" not in text, file
            assert [word for word in (*FORECAST, *KEPT_FROM_ALL) if word in text] == [], file
            assert "What COAC may read." in text or "one-page" in file
            assert "Not for release" not in text


def test_coacs_files_bear_its_mark_and_the_committees_theirs(client_of, cbp, coac, week_36):
    for file in ("2020-W36.xlsx", "2020-W36.csv", "2020-W36.docx", "2020-W36/one-page.docx"):
        assert "SHARED" in text_in(bytes_of(client_of(coac).get(f"/reports/{file}")))
        assert "INTERNAL" in text_in(bytes_of(client_of(cbp).get(f"/reports/{file}")))
