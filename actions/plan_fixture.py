"""Does `fixtures/plan.json` hold a whole plan, and what does it say?

The file is written by `scripts/write_fixtures.py` from the source document; `milestones.plan.load_plan`
takes what `read_fixture` returns. Everything is checked here, so that a bad file writes no row.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PARTS = ("lead", "joint", "supporting")
BASES = ("named_in_plan", "assigned")

_SHA256 = re.compile(r"[0-9a-f]{64}")


class PlanFixtureError(ValueError):
    """The file is not a whole plan; `sentence` says what is wrong with it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class EditionData:
    """One edition of the plan and the document it was read from."""

    number: int
    title: str
    source_name: str
    source_sha256: str


@dataclass(frozen=True, slots=True)
class AgencyData:
    """One agency: its code, the name people read, its name in full, and its place in lists."""

    code: str
    name: str
    full_name: str
    sort_order: int


@dataclass(frozen=True, slots=True)
class ActionData:
    """One numbered action of the plan."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class ResponsibilityData:
    """One agency's part in one milestone, and on what basis we say so."""

    agency: str
    part: str
    basis: str


@dataclass(frozen=True, slots=True)
class MilestoneData:
    """One milestone as printed; `estimated_timeline` is verbatim, for `TargetDate.read`.

    `responsibilities` is empty where the plan names no agency; the lead comes first.
    """

    code: str
    action: int
    position: int
    text: str
    estimated_timeline: str
    provenance: str
    responsibilities: tuple[ResponsibilityData, ...]


@dataclass(frozen=True, slots=True)
class PlanData:
    """One edition of the plan, whole: agencies in list order, actions and milestones in plan order."""

    edition: EditionData
    agencies: tuple[AgencyData, ...]
    actions: tuple[ActionData, ...]
    milestones: tuple[MilestoneData, ...]


def read_fixture(path: Path) -> PlanData:
    """Read a plan file. Raises PlanFixtureError for a file that is not a whole plan, OSError for one not there."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        plan = PlanData(
            edition=EditionData(**content["edition"]),
            agencies=tuple(AgencyData(**agency) for agency in content["agencies"]),
            actions=tuple(ActionData(**action) for action in content["actions"]),
            milestones=tuple(_milestone(milestone) for milestone in content["milestones"]),
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PlanFixtureError(f"{path.name} is not JSON: {error}.") from error
    except (KeyError, TypeError) as error:
        raise PlanFixtureError(f"{path.name} does not have the shape of a plan: {error}.") from error
    _check_edition(plan.edition)
    _check_once("Agency", [agency.code for agency in plan.agencies])
    _check_once("Action", [str(action.number) for action in plan.actions])
    _check_once("Milestone", [milestone.code for milestone in plan.milestones])
    action_numbers = {action.number for action in plan.actions}
    agency_codes = {agency.code for agency in plan.agencies}
    for milestone in plan.milestones:
        _check_milestone(milestone, action_numbers, agency_codes)
    return plan


def _milestone(row: Mapping[str, Any]) -> MilestoneData:
    responsibilities = tuple(ResponsibilityData(**responsibility) for responsibility in row["responsibilities"])
    return MilestoneData(**{**row, "responsibilities": responsibilities})


def _check_edition(edition: EditionData) -> None:
    if not _SHA256.fullmatch(edition.source_sha256):
        raise PlanFixtureError("The SHA-256 of the source document is 64 lower-case hexadecimal digits.")


def _check_once(noun: str, names: Collection[str]) -> None:
    if not names:
        raise PlanFixtureError(f"{noun} is missing: a plan has at least one.")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise PlanFixtureError(f"{noun} {name} is there twice.")
        seen.add(name)


def _check_milestone(milestone: MilestoneData, action_numbers: set[int], agency_codes: set[str]) -> None:
    code = milestone.code
    if code != f"{milestone.action}.{milestone.position}":
        raise PlanFixtureError(f"Milestone {code} stands at action {milestone.action}, position {milestone.position}.")
    if milestone.action not in action_numbers:
        raise PlanFixtureError(f"Milestone {code} belongs to an action that is not in the plan.")
    if not milestone.text or not milestone.estimated_timeline:
        raise PlanFixtureError(f"Milestone {code} lacks its text or its timeline.")
    _check_responsibilities(milestone, agency_codes)


def _check_responsibilities(milestone: MilestoneData, agency_codes: set[str]) -> None:
    code, responsibilities = milestone.code, milestone.responsibilities
    for responsibility in responsibilities:
        if responsibility.agency not in agency_codes:
            raise PlanFixtureError(f"Milestone {code} names an unknown agency, {responsibility.agency}.")
        if responsibility.part not in PARTS or responsibility.basis not in BASES:
            raise PlanFixtureError(
                f"Milestone {code} gives {responsibility.agency} an unknown part or basis,"
                f" {responsibility.part}, {responsibility.basis}."
            )
    if len({responsibility.agency for responsibility in responsibilities}) != len(responsibilities):
        raise PlanFixtureError(f"Milestone {code} names an agency twice.")
    if responsibilities and [responsibility.part for responsibility in responsibilities].count("lead") != 1:
        raise PlanFixtureError(f"Milestone {code} has agencies but not exactly one lead.")
