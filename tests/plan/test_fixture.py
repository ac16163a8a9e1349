"""Does the committed fixture say what the plan says, and name only whom the plan names?"""

import json
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from actions.plan_document import read_plan
from actions.plan_fixture import EditionData, PlanFixtureError, ResponsibilityData, read_fixture
from scripts.write_fixtures import FIXTURE, RESPONSIBLE, SOURCE, fixture_text, responsibilities_of

PLAN = read_fixture(FIXTURE)
README = (FIXTURE.parent / "README.md").read_text(encoding="utf-8")
RESPONSIBILITIES = {
    milestone.code: [(part.agency, part.part) for part in milestone.responsibilities] for milestone in PLAN.milestones
}

Change = Callable[[dict[str, Any]], object]


# What the file holds


def test_committed_fixture_is_what_the_script_writes() -> None:
    assert FIXTURE.read_bytes() == fixture_text(SOURCE.read_bytes()).encode("utf-8")


def test_edition_is_tied_to_the_bytes_of_the_source_document() -> None:
    assert PLAN.edition == EditionData(
        number=1,
        title="Report on Combating Trafficking in Counterfeit and Pirated Goods: Implementation Plan",
        source_name="implementation-plan.txt",
        source_sha256=sha256(SOURCE.read_bytes()).hexdigest(),
    )


def test_source_document_is_the_one_this_project_was_given() -> None:
    assert PLAN.edition.source_sha256 == "c1a09276910454c14ad787a45ba5d9ea8dd88fe0d130fb5c7153ad286cfd2c01"


def test_fixture_holds_every_cell_as_the_document_prints_it() -> None:
    document = read_plan(SOURCE.read_text(encoding="utf-8"))

    assert [(action.number, action.title) for action in PLAN.actions] == [
        (action.number, action.title) for action in document.actions
    ]
    assert [
        (row.code, row.action, row.position, row.text, row.estimated_timeline, row.provenance)
        for row in PLAN.milestones
    ] == [
        (row.code, row.action, row.position, row.text, row.timeline_printed, row.provenance)
        for row in document.milestones
    ]


def test_agencies_are_listed_in_the_order_people_read_them() -> None:
    assert [(agency.code, agency.name) for agency in sorted(PLAN.agencies, key=lambda agency: agency.sort_order)] == [
        ("CBP", "CBP"),
        ("ICE-HSI", "ICE/HSI"),
        ("USPS", "USPS"),
        ("USPTO", "USPTO"),
        ("PLCY", "PLCY"),
    ]


def test_plcy_is_named_in_full() -> None:
    assert PLAN.agencies[-1].full_name == "DHS Office of Strategy, Policy, and Plans"


def test_plan_data_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        PLAN.edition.number = 2  # type: ignore[misc]


# Who is responsible


@pytest.mark.parametrize(
    ("agencies", "codes"),
    [
        ([("CBP", "lead")], "2.1 2.2 3.1 3.2 3.3 7.1"),
        ([("ICE-HSI", "lead")], "4.3 4.4 4.5 6.2 6.3"),
        ([("USPTO", "lead")], "11.2"),
        ([("CBP", "lead"), ("USPS", "joint")], "5.1"),
        ([("USPS", "lead"), ("CBP", "joint")], "5.2 5.3"),
        ([("PLCY", "lead")], "4.2"),
        ([], "1.1 1.2 1.3 4.1 4.6 6.1 8.1 8.2 8.3 9.1 9.2 10.1 11.1 11.3"),
    ],
    ids=["CBP", "ICE/HSI", "USPTO", "CBP with USPS", "USPS with CBP", "PLCY for DHS", "no agency named yet"],
)
def test_exactly_these_milestones_name(agencies: list[tuple[str, str]], codes: str) -> None:
    assert [code for code, named in RESPONSIBILITIES.items() if named == agencies] == codes.split()


def test_everyone_responsible_in_edition_one_is_named_in_the_plan() -> None:
    assert {part.basis for milestone in PLAN.milestones for part in milestone.responsibilities} == {"named_in_plan"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("3.3", "the President"),
        ("4.1", "Department of Justice"),
        ("5.1", "UPU"),
        ("7.1", "the President"),
        ("8.2", "CBP or ICE"),
        ("11.3", "COAC"),
    ],
)
def test_being_mentioned_makes_nobody_responsible(code: str, words: str) -> None:
    milestone = next(milestone for milestone in PLAN.milestones if milestone.code == code)

    assert words in milestone.text
    assert not any(part.agency in words for part in milestone.responsibilities)


def test_words_that_name_the_agency_begin_a_sentence_or_a_main_clause() -> None:
    texts = {milestone.code: milestone.text for milestone in PLAN.milestones}

    for code, (words, _) in RESPONSIBLE.items():
        assert re.search(rf"(^|\. |, ){re.escape(words)}\b", texts[code]), code


def test_agency_without_words_that_name_it_is_refused() -> None:
    document = read_plan(SOURCE.read_text(encoding="utf-8").replace("USPTO will draft", "Someone will draft"))

    with pytest.raises(ValueError, match=r"Milestone 11\.2 does not say 'USPTO will draft'"):
        responsibilities_of(document.milestones[28])


# What the README says of it


def test_readme_gives_the_source_and_the_reason_of_every_milestone() -> None:
    names = {agency.code: agency.name for agency in PLAN.agencies}
    expected = []
    for milestone in PLAN.milestones:
        parts = ", ".join(f"{names[part.agency]} ({part.part})" for part in milestone.responsibilities) or "none"
        words = f"“{RESPONSIBLE[milestone.code][0]}”" if milestone.responsibilities else "names nobody"
        expected.append([milestone.code, milestone.provenance, milestone.estimated_timeline, parts, words])

    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines() if line[:1] == "|"]

    assert [row for row in rows if row[0][:1].isdigit()] == expected


# What is refused


def _milestone(code: str, content: dict[str, Any]) -> dict[str, Any]:
    return next(milestone for milestone in content["milestones"] if milestone["code"] == code)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(
            lambda plan: plan["edition"].update(source_sha256="c1a0"),
            "The SHA-256 of the source document is 64 lower-case hexadecimal digits.",
            id="a short hash",
        ),
        pytest.param(
            lambda plan: plan["agencies"].append(plan["agencies"][0]),
            "Agency CBP is there twice.",
            id="an agency twice",
        ),
        pytest.param(
            lambda plan: plan["actions"].append(plan["actions"][3]),
            "Action 4 is there twice.",
            id="an action twice",
        ),
        pytest.param(
            lambda plan: plan["milestones"].append(plan["milestones"][0]),
            "Milestone 1.1 is there twice.",
            id="a milestone twice",
        ),
        pytest.param(
            lambda plan: plan["milestones"].clear(),
            "Milestone is missing: a plan has at least one.",
            id="no milestone",
        ),
        pytest.param(
            lambda plan: _milestone("4.3", plan).update(code="4.9"),
            "Milestone 4.9 stands at action 4, position 3.",
            id="a code that is not its place",
        ),
        pytest.param(
            lambda plan: plan["actions"].pop(),
            "Milestone 11.1 belongs to an action that is not in the plan.",
            id="an action missing",
        ),
        pytest.param(
            lambda plan: _milestone("4.3", plan).update(text=""),
            "Milestone 4.3 lacks its text or its timeline.",
            id="no text",
        ),
        pytest.param(
            lambda plan: _milestone("4.3", plan).update(estimated_timeline=""),
            "Milestone 4.3 lacks its text or its timeline.",
            id="no timeline",
        ),
        pytest.param(
            lambda plan: _milestone("4.3", plan)["responsibilities"][0].update(agency="FBI"),
            "Milestone 4.3 names an unknown agency, FBI.",
            id="an unknown agency",
        ),
        pytest.param(
            lambda plan: _milestone("4.3", plan)["responsibilities"][0].update(part="owner"),
            "Milestone 4.3 gives ICE-HSI an unknown part or basis, owner, named_in_plan.",
            id="an unknown part",
        ),
        pytest.param(
            lambda plan: _milestone("4.3", plan)["responsibilities"][0].update(basis="guessed"),
            "Milestone 4.3 gives ICE-HSI an unknown part or basis, lead, guessed.",
            id="an unknown basis",
        ),
        pytest.param(
            lambda plan: _milestone("5.1", plan)["responsibilities"][1].update(agency="CBP"),
            "Milestone 5.1 names an agency twice.",
            id="an agency twice in one milestone",
        ),
        pytest.param(
            lambda plan: _milestone("5.1", plan)["responsibilities"][1].update(part="lead"),
            "Milestone 5.1 has agencies but not exactly one lead.",
            id="two leads",
        ),
        pytest.param(
            lambda plan: _milestone("5.1", plan)["responsibilities"].pop(0),
            "Milestone 5.1 has agencies but not exactly one lead.",
            id="joint without a lead",
        ),
        pytest.param(
            lambda plan: plan.pop("agencies"),
            "plan.json does not have the shape of a plan: 'agencies'.",
            id="a part of the file missing",
        ),
    ],
)
def test_file_that_is_not_a_whole_plan_is_refused(tmp_path: Path, change: Change, sentence: str) -> None:
    content = json.loads(FIXTURE.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(PlanFixtureError) as refusal:
        read_fixture(path)

    assert refusal.value.sentence == sentence
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("change", "word"),
    [
        pytest.param(lambda plan: _milestone("4.3", plan).update(status="completed"), "status", id="unknown column"),
        pytest.param(lambda plan: _milestone("4.3", plan).pop("provenance"), "provenance", id="missing column"),
        pytest.param(lambda plan: plan["agencies"][0].pop("name"), "name", id="agency without a name"),
        pytest.param(lambda plan: plan.update(milestones=["4.3"]), "string indices", id="milestone that is no object"),
    ],
)
def test_file_of_another_shape_is_refused(tmp_path: Path, change: Change, word: str) -> None:
    content = json.loads(FIXTURE.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(PlanFixtureError, match=rf"does not have the shape of a plan: .*{word}"):
        read_fixture(path)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"], ids=["empty", "cut short", "not UTF-8"])
def test_file_that_is_not_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)

    with pytest.raises(PlanFixtureError, match=r"^plan\.json is not JSON"):
        read_fixture(path)


def test_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_fixture(tmp_path / "plan.json")


def test_responsibility_is_a_value() -> None:
    assert PLAN.milestones[0].responsibilities == ()
    assert PLAN.milestones[10].responsibilities == (ResponsibilityData("ICE-HSI", "lead", "named_in_plan"),)
