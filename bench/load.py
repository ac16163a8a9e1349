"""What lies in the measured database: the plan grown to a thousand milestones, with two agencies' words on most.

usage: python -m bench.load MILESTONES     (into DATABASE_URL)
"""

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

django.setup()

from esc_tracker import clock  # noqa: E402 - models exist only once Django is set up
from esc_tracker.accounts.models import Role, User  # noqa: E402 - as above
from esc_tracker.accounts.sample_accounts import PASSPHRASE, SAMPLE_ACCOUNTS  # noqa: E402 - as above
from milestones.models import Milestone  # noqa: E402 - as above
from milestones.plan.loading import PLAN_FILE, load_plan  # noqa: E402 - as above
from milestones.updates import post_update  # noqa: E402 - as above
from milestones.words import Words  # noqa: E402 - as above
from milestones.workflow import Outlook, Status  # noqa: E402 - as above

PER_ACTION = 10
BEGINS_AT = datetime(2020, 7, 1, 14, tzinfo=UTC)


def grown(plan: dict[str, Any], size: int) -> dict[str, Any]:
    """Return the plan with copies of its milestones under further actions, `size` milestones in all."""
    printed, actions = plan["milestones"], len(plan["actions"])
    for n in range(size - len(printed)):
        number, position = actions + 1 + n // PER_ACTION, 1 + n % PER_ACTION
        if position == 1:
            plan["actions"].append({"number": number, "title": f"Further action {number}"})
        copy = printed[n % 30]
        plan["milestones"].append(copy | {"code": f"{number}.{position}", "action": number, "position": position})
    return plan


def begin(size: int) -> dict[str, User]:
    """Migrate, load the grown plan, and seat the people; return who speaks for each agency."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file, clock.at(BEGINS_AT):
        json.dump(grown(json.loads(PLAN_FILE.read_text()), size), file)
        file.flush()
        load_plan(Path(file.name))
    # Production starts on no sample account: the same seats under other addresses.
    return {
        account.agency: User.objects.create_user(
            account.email.replace("esc.example", "bench.example"),
            PASSPHRASE,
            name=account.name,
            role=account.role,
            agency_id=account.agency,
        )
        for account in SAMPLE_ACCOUNTS
        if account.role in {Role.ESC_MEMBER, Role.PLCY_STAFF}
    }


def main(size: int) -> None:
    """Let each lead speak twice of its milestones."""
    by_agency = begin(size)
    moment = BEGINS_AT
    for milestone in Milestone.objects.exclude(current_lead=None).exclude(current_status=Status.COMPLETED):
        for outlook, reason in ((Outlook.ON_TRACK, ""), (Outlook.AT_RISK, "The legal review takes longer.")):
            moment += timedelta(minutes=30)
            words = Words(
                statement=f"Sample: work on {milestone.code} goes on as described.",
                next_step="Sample: agree the draft with counsel.",
                outlook=outlook,
                reason=reason,
                no_forecast_reason="Waiting for counsel.",
            )
            with clock.at(moment):
                post_update(
                    milestone,
                    by=by_agency[milestone.current_lead_id],
                    seen_version=milestone.version,
                    words=words,
                    status=Status.IN_PROGRESS,
                )
            milestone.refresh_from_db()


if __name__ == "__main__":
    main(int(sys.argv[1]))
