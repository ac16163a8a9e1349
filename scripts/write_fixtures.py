"""What goes into `fixtures/plan.json`?

The printed cells come from the source document; who is responsible comes from the table below, which quotes
the words of the plan that say so. Run it from the top of the project: `python -m scripts.write_fixtures`.
"""

import json
import sys
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from actions.plan_document import PlanRow, read_plan
from actions.plan_fixture import AgencyData, EditionData, ResponsibilityData

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tests" / "plan" / "implementation-plan.txt"
FIXTURE = ROOT / "fixtures" / "plan.json"

AGENCIES = (
    AgencyData("CBP", "CBP", "U.S. Customs and Border Protection", 1),
    AgencyData("ICE-HSI", "ICE/HSI", "U.S. Immigration and Customs Enforcement, Homeland Security Investigations", 2),
    AgencyData("USPS", "USPS", "United States Postal Service", 3),
    AgencyData("USPTO", "USPTO", "United States Patent and Trademark Office", 4),
    AgencyData("PLCY", "PLCY", "DHS Office of Strategy, Policy, and Plans", 5),
)

# The words are the subject of the milestone and its verb: whoever is named elsewhere in the sentence is not
# responsible. The first agency leads, the second is joint. A milestone that is not here names nobody.
RESPONSIBLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "2.1": ("CBP will administer", ("CBP",)),
    "2.2": ("CBP will develop", ("CBP",)),
    "3.1": ("CBP will complete", ("CBP",)),
    "3.2": ("CBP will complete", ("CBP",)),
    "3.3": ("CBP will transmit", ("CBP",)),
    "4.2": ("DHS will refocus", ("PLCY",)),
    "4.3": ("The ICE/HSI-led IPR Center will use", ("ICE-HSI",)),
    "4.4": ("ICE/HSI will look", ("ICE-HSI",)),
    "4.5": ("ICE/HSI will leverage", ("ICE-HSI",)),
    "5.1": ("CBP and the USPS will continue", ("CBP", "USPS")),
    "5.2": ("USPS and CBP continue", ("USPS", "CBP")),
    "5.3": ("USPS and CBP will continue", ("USPS", "CBP")),
    "6.2": ("ICE/HSI will hold", ("ICE-HSI",)),
    "6.3": ("ICE/HSI will establish", ("ICE-HSI",)),
    "7.1": ("CBP will transmit", ("CBP",)),
    "11.2": ("USPTO will draft", ("USPTO",)),
}


def responsibilities_of(milestone: PlanRow) -> list[ResponsibilityData]:
    """Return the agencies the plan names as responsible, the lead first; empty when it names none.

    Raises ValueError when the words that name them are not in the milestone's text.
    """
    words, agencies = RESPONSIBLE.get(milestone.code, ("", ()))
    if words not in milestone.text:
        raise ValueError(f"Milestone {milestone.code} does not say {words!r}.")
    return [
        ResponsibilityData(agency=agency, part="joint" if place else "lead", basis="named_in_plan")
        for place, agency in enumerate(agencies)
    ]


def fixture_text(source: bytes) -> str:
    """Return the whole text of `fixtures/plan.json` for the bytes of the source document."""
    document = read_plan(source.decode("utf-8"))
    edition = EditionData(1, document.title, SOURCE.name, sha256(source).hexdigest())
    content = {
        "edition": asdict(edition),
        "agencies": [asdict(agency) for agency in AGENCIES],
        "actions": [asdict(action) for action in document.actions],
        "milestones": [
            {
                "code": milestone.code,
                "action": milestone.action,
                "position": milestone.position,
                "text": milestone.text,
                "estimated_timeline": milestone.timeline_printed,
                "provenance": milestone.provenance,
                "responsibilities": [asdict(responsibility) for responsibility in responsibilities_of(milestone)],
            }
            for milestone in document.milestones
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FIXTURE.write_text(fixture_text(SOURCE.read_bytes()), encoding="utf-8")
    sys.stdout.write(f"Wrote {FIXTURE.relative_to(ROOT)} from {SOURCE.relative_to(ROOT)}.\n")
