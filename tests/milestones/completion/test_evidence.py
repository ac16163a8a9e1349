"""Is a completion's evidence a whole citation or none, kept with the report, and only for the committee?"""

from datetime import date

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Release
from milestones.deciding import confirm, return_completion
from milestones.evidence import Evidence, is_web_address, problems_with_evidence
from milestones.models import StatusUpdate
from milestones.refusals import Incomplete
from milestones.reported import evidence_for
from milestones.updates import post_update
from milestones.workflow import Status
from reports.weekly import drafting, publishing, releasing
from tests.milestones.pages.saying import FORM, ledger
from tests.milestones.telling import DONE, in_september, milestone, say, words

TODAY = date(2020, 9, 14)
CANARY = "canary-7f3a"
CITED = Evidence(
    title=f"Final training record {CANARY}",
    on=date(2020, 8, 28),
    identifier=f"OTU-2020-14 {CANARY}",
    holder=f"Outreach and Training Unit {CANARY}",
    link=f"https://records.example/{CANARY}",
)
REPORT = {
    **FORM,
    "status": "reported_complete",
    "completed_on": "2020-09-11",
    "outcome": "delivered",
    "evidence_title": "Final training record",
    "evidence_on": "2020-09-09",
    "evidence_identifier": "OTU-2020-14",
    "evidence_holder": "Outreach and Training Unit",
    "evidence_link": "https://records.example/otu/14",
}


def report(code, by, evidence=CITED):
    row = milestone(code)
    return post_update(
        row,
        by=by,
        seen_version=row.version,
        words=words(),
        status=Status.REPORTED_COMPLETE,
        completion=DONE,
        evidence=evidence,
    )


# --- The rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["", "http://records.example/", "https://records.example:8443/a?b=c#d"])
def test_a_whole_citation_is_well_and_so_is_none(link):
    cited = Evidence(title="Final record", holder="Our registry", link=link)

    assert problems_with_evidence(cited, today=TODAY) == problems_with_evidence(Evidence(), today=TODAY) == {}


@pytest.mark.parametrize(
    ("cited", "problems"),
    [
        (Evidence(holder="Us"), {"evidence_title": "Give the document's title."}),
        (Evidence(title="Record"), {"evidence_holder": "Say who holds the record copy."}),
        (
            Evidence(on=date(2020, 9, 1)),
            {
                "evidence_title": "Give the document's title.",
                "evidence_holder": "Say who holds the record copy.",
            },
        ),
        (
            Evidence(title="Record", holder="Us", on=date(2020, 9, 15)),
            {"evidence_on": "The document cannot be dated in the future."},
        ),
        (
            Evidence(title="x" * 201, holder="Us"),
            {"evidence_title": "This is 201 characters long; 200 fit."},
        ),
        (
            Evidence(title="Record", holder="Us", link="ftp://records.example/"),
            {"evidence_link": "A link begins with http:// or https:// and names a site."},
        ),
    ],
)
def test_half_a_citation_is_refused_in_words(cited, problems):
    assert problems_with_evidence(cited, today=TODAY) == problems


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "//records.example/",
        "records.example", "http://", "https:///path", "http://a b", "http://a\nb", "http://[bad", "http://x:99999/",
        "https://treasury.gov@evil.example/", "mailto:a@b.example", " https://records.example/",
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_are_links(text):
    assert not is_web_address(text)


def test_a_link_says_where_it_leads():
    assert (CITED.site, Evidence().site) == ("records.example", "")


# --- The record ------------------------------------------------------------------------------------------------------


def test_a_report_keeps_what_it_cites(plan, ice):
    assert Evidence.kept_in(report("4.3", ice)) == CITED


def test_half_a_citation_writes_nothing(plan, ice):
    with pytest.raises(Incomplete) as refused:
        report("4.3", ice, Evidence(title="Record"))

    assert (set(refused.value.problems), ledger()) == ({"evidence_holder"}, (0, 0))


def test_the_last_word_of_the_reporting_agency_says_what_is_cited(plan, cbp, usps):
    reported = report("5.1", cbp)
    theirs = say("5.1", usps)
    corrected = report("5.1", cbp, Evidence(title="Second edition", holder="Us"))

    assert evidence_for(reported, [theirs, reported]) == CITED
    assert evidence_for(reported, [corrected, theirs]).title == "Second edition"
    assert Evidence.kept_in(theirs) == Evidence()


# --- The form --------------------------------------------------------------------------------------------------------


def test_the_form_takes_a_citation_and_keeps_it(plan, client_of, ice):
    answer = client_of(ice).post("/milestones/4.3/update/", REPORT)

    kept = Evidence.kept_in(StatusUpdate.objects.get())
    assert answer.status_code == 302
    assert kept == Evidence(
        title="Final training record",
        on=date(2020, 9, 9),
        identifier="OTU-2020-14",
        holder="Outreach and Training Unit",
        link="https://records.example/otu/14",
    )


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"evidence_title": ""}, "evidence_title", "Give the document's title."),
        ({"evidence_holder": " "}, "evidence_holder", "Say who holds the record copy."),
        ({"evidence_link": "javascript:alert(1)"}, "evidence_link", "A link begins with http:// or https://"),
        ({"evidence_on": "2020-02-30"}, "evidence_on", "February 2020 has no day 30: it ends on day 29."),
        ({"evidence_on": "1999-12-31"}, "evidence_on", "The year must be between 2000 and 2100."),
        (
            {"evidence_identifier": "a\x00b"},
            "evidence_identifier",
            "This text contains characters that cannot be kept.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(plan, client_of, ice, change, field, sentence):
    answer = client_of(ice).post("/milestones/4.3/update/", {**REPORT, **change})

    errors = answer.context["form"].errors
    assert (answer.status_code, list(errors), ledger()) == (200, [field], (0, 0))
    assert sentence in errors[field][0]
    assert "OTU-2020-14" in answer.content.decode() or field == "evidence_identifier"


def test_a_citation_left_in_the_form_of_what_is_not_complete_is_dropped(plan, client_of, ice):
    answer = client_of(ice).post(
        "/milestones/4.3/update/", {**REPORT, "status": "in_progress", "evidence_title": "", "evidence_link": "x"}
    )

    assert answer.status_code == 302
    assert Evidence.kept_in(StatusUpdate.objects.get()) == Evidence()


def test_the_reporting_agency_finds_its_citation_in_the_form_again(plan, client_of, ice):
    report("4.3", ice)

    form = client_of(ice).get("/milestones/4.3/update/").context["form"]

    assert [form[f"evidence_{name}"].value() for name in ("title", "on", "identifier", "holder", "link")] == [
        CITED.title,
        "2020-08-28",
        CITED.identifier,
        CITED.holder,
        CITED.link,
    ]


def test_the_other_agency_is_not_asked_what_shows_it(plan, client_of, cbp, usps):
    report("5.1", cbp)

    page = client_of(usps).get("/milestones/5.1/update/").content.decode()
    answer = client_of(usps).post(
        "/milestones/5.1/update/", {**REPORT, "version": "1", "statement": "We add a word.", "evidence_title": ""}
    )

    assert "Cite the document" not in page
    assert answer.status_code == 302
    assert Evidence.kept_in(StatusUpdate.objects.get(version=2)) == Evidence()


def test_a_conflict_shows_what_was_cited_and_keeps_it(plan, client_of, ice):
    say("4.3", ice)

    answer = client_of(ice).post("/milestones/4.3/update/", REPORT)

    lines = {line.label: line.yours for line in answer.context["conflict"].lines}
    assert answer.status_code == 409
    assert (lines["Evidence"], lines["Evidence dated"]) == ("Final training record", "Sept. 9, 2020")
    assert 'value="OTU-2020-14"' in answer.content.decode()


@pytest.mark.parametrize("act", ["confirm", "return"])
def test_who_decides_reads_what_is_cited_and_the_link_leads_out_safely(plan, client_of, ice, plcy, act):
    report("4.3", ice)

    page = client_of(plcy).get(f"/milestones/4.3/{act}/").content.decode()

    assert f'href="{CITED.link}" rel="noopener noreferrer">{CITED.title}</a>' in page
    assert f"(on {CITED.site})" in page
    assert f"; record copy held by {CITED.holder}" in page
    assert "2020-08-28" in page


def test_who_decides_reads_that_nothing_is_cited(plan, client_of, ice, plcy):
    report("4.3", ice, Evidence())

    assert "None cited" in client_of(plcy).get("/milestones/4.3/confirm/").content.decode()


# --- Whom it is not for ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["reported", "confirmed", "returned"])
def test_evidence_reaches_neither_coac_nor_a_report(plan, client_of, ice, plcy, coac, state):
    with clock.at(in_september(2)):
        report("4.3", ice)
    with clock.at(in_september(3)):
        if state == "confirmed":
            confirm(milestone("4.3"), by=plcy, seen_version=1)
        if state == "returned":
            return_completion(milestone("4.3"), by=plcy, seen_version=1, remark="Not yet.")
    with clock.at(in_september(14, 0)):
        written = drafting.write_due(clock.now())
        for each in written:
            releasing.release(publishing.publish(each, by=plcy), by=plcy, cleared_by="Dana Reyes, counsel")
    assert Release.objects.exists()
    week = written[-1].week
    reads, office = client_of(coac), client_of(plcy)

    pages = [
        *(
            reads.get(path)
            for path in ("/", "/milestones/4.3/", "/milestones/", "/milestones/?export=csv", "/overdue/")
        ),
        reads.get("/milestones/4.3/confirm/"),
        reads.get("/milestones/4.3/concur/"),
        reads.get(f"/reports/{week}/"),
        office.get(f"/reports/{week}/"),
        office.get(f"/reports/{week}/?edition=coac"),
        office.get("/milestones/?export=csv"),
    ]

    for page in pages:
        content = b"".join(page.streaming_content) if page.streaming else page.content
        assert CANARY not in content.decode(), page.request["PATH_INFO"]
