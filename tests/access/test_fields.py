"""Is it said of every field of the record who may see it? (R02)

fields.csv holds one row for each field of each model and one column for each pair of eyes: `own` is a colleague at the
agency whose words they are, `other` a member of another agency. Where what stands in a field decides (a note for one's
own agency, a text of after the release), each case has a row: `text:own`. `canary` tells that canaries.py writes a word
of its own there, for which test_canaries.py looks on every page.
"""

from django.apps import apps
from django.db.models import CharField, EmailField, JSONField, TextField

from tests.access.canaries import FIELDS, canary

APPS = ("accounts", "journal", "security", "actions", "milestones", "monitoring", "reports")
EYES = ("coac", "reader", "own", "other", "plcy", "admin")
WRITTEN = (CharField, TextField, EmailField, JSONField)
# Text that nobody writes freely (codes, kinds, what programs count), or that is the plan's and public.
NO_CANARY = {
    *("Agency.code", "Agency.name", "Agency.full_name", "PlanEdition.title", "PlanEdition.source_name", "Action.title"),
    *("PlanEdition.source_sha256", "Milestone.provenance", "Milestone.plan_printed", "Responsibility.basis"),
    *("User.password", "User.role", "User.pace", "Nomination.role", "Nomination.state"),
    *("PassphraseLink.purpose", "PassphraseLink.digest", "Session.session_key", "Session.session_data"),
    *("Session.browser", "SecurityEvent.kind", "SecurityEvent.about", "SecurityEvent.facts", "SecurityEvent.source"),
    *("SecurityEvent.request_id", "Entry.verb", "Entry.about", "Entry.before", "Entry.after", "Entry.source"),
    *("Entry.request_id", "Entry.previous", "Entry.digest", "Release.week", "Release.withheld"),
    *("Call.week", "CallChange.kind", "CallReminder.milestones", "CheckIn.source_how", "Contact.part"),
    *("Responsibility.part", "Note.audience", "TargetRevision.category", "TargetRevision.state", "Person.phone"),
    *("WeeklyReport.week", "WeeklyReport.state", "WeeklyReport.figures", "WeeklyReport.digest"),
    *("ReleasedEdition.figures", "ReleasedEdition.digest", "ReadAhead.figures", "ReadAhead.digest"),
    *(
        "JobRun.name",
        "Notice.kind",
        "Notice.key",
        "Notice.dropped",
        "Telling.address",
        "Delivery.message",
        "Delivery.address",
    ),
    *("Delivery.edition", "StatusUpdate.move", "StatusUpdate.status", "StatusUpdate.outlook", "StatusUpdate.outcome"),
    *("StatusUpdate.forecast_kind", "StatusUpdate.completed_kind", "TargetRevision.new_target_kind"),
    *("Milestone.plan_kind", "Milestone.current_status", "Milestone.current_target_kind", "Milestone.current_outcome"),
    *("Milestone.current_completed_kind", "Milestone.current_outlook", "Responsibility.authority"),
    *("PartEnd.authority", "StatusUpdate.authority", "TargetRevision.authority", "Addition.authority"),
}


def _models():
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def _named(row: dict[str, str]) -> str:
    return f"{row['object']}.{row['field'].partition(':')[0]}"


def test_every_field_of_every_model_stands_in_the_table():
    fields = {f"{model.__name__}.{field.name}" for model in _models() for field in model._meta.concrete_fields}
    told = {_named(row) for row in FIELDS}

    assert sorted(fields - told) == []
    assert sorted(told - fields) == []


def test_each_row_stands_once_and_says_of_every_pair_of_eyes_yes_or_no():
    keys = [(row["object"], row["field"]) for row in FIELDS]
    unclear = [key for key, row in zip(keys, FIELDS, strict=True) for eyes in EYES if row[eyes] not in {"yes", "no"}]

    assert unclear == []
    assert len(set(keys)) == len(keys)


def test_every_text_that_somebody_writes_has_a_word_of_its_own():
    written = {
        f"{model.__name__}.{field.name}"
        for model in _models()
        for field in model._meta.concrete_fields
        if isinstance(field, WRITTEN)
    }
    words = [canary(row["object"], row["field"]) for row in FIELDS if row["canary"] == "yes"]

    assert sorted(written - {_named(row) for row in FIELDS if row["canary"] == "yes"} - NO_CANARY) == []
    assert sorted(NO_CANARY - written) == []
    assert len(words) == 65
    assert len(set(words)) == 65


def test_what_coac_may_see_the_committee_sees_too():
    odd = [_named(row) for row in FIELDS if row["coac"] == "yes" and "no" in {row[eyes] for eyes in EYES[1:5]}]

    assert odd == []
