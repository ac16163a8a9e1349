"""Is an edition written in one way only, and is every change to it found?"""

import hashlib
import json

import pytest

from reports.editions import canonical, digest_of, seal, take_coac, take_esc, why_broken
from tests.reports.record import BEGINS_AT, begin_record, week

BOTH = {
    *("schema", "definitions", "week", "edition", "version", "digest", "since", "as_of", "narrative"),
    *("headline", "forward", "totals", "totals_before", "by_action", "by_agency", "timeline", "burn_up"),
    *("overdue", "reported", "due_soon", "completed", "moved"),
}
COMMITTEE = {"attention", "unconfirmed", "silent", "answers", "call", "asks", "correction"}
FIGURES = {"b": [1, {"z": None, "a": True}], "a": "§ 321 “verbatim” — <b>"}


def test_canonical_json_sorts_keys_leaves_no_spaces_and_keeps_characters():
    assert canonical(FIGURES) == '{"a":"§ 321 “verbatim” — <b>","b":[1,{"a":true,"z":null}]}'


def test_the_digest_is_the_sha_256_of_all_the_rest():
    edition = seal(FIGURES)

    assert edition.digest == hashlib.sha256(canonical(FIGURES).encode()).hexdigest()
    assert json.loads(edition.text) == {**FIGURES, "digest": edition.digest}
    assert digest_of(json.loads(edition.text)) == edition.digest
    assert seal(json.loads(edition.text)) == edition


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda text: text, "", id="none"),
        pytest.param(lambda text: text[1:], "it is no longer JSON", id="cut"),
        pytest.param(lambda text: text + "\n", "it is no longer in canonical form", id="a line break"),
        pytest.param(lambda text: "[]", "it is no longer in canonical form", id="a list"),
        pytest.param(lambda text: text.replace("true", "false"), "its text does not match its digest", id="a value"),
        pytest.param(
            lambda text: seal({**json.loads(text), "a": "b"}).text, "its digest is not the one that was kept", id="both"
        ),
    ],
)
def test_a_change_to_a_frozen_text_is_found(change, said):
    edition = seal(FIGURES)

    assert why_broken(change(edition.text), edition.digest) == said


@pytest.mark.django_db
def test_an_edition_has_the_keys_of_its_readers_and_comes_out_the_same_twice():
    begin_record()
    facts = {"week": "2020-W37", "version": 1, "as_of": week("2020-W37").cut_off, "since": BEGINS_AT}

    edition = take_esc(**facts)

    assert take_esc(**facts) == edition
    keys = json.loads(edition.text).keys()
    assert keys == BOTH | COMMITTEE
    assert json.loads(take_coac(**facts).text).keys() == BOTH
