"""Does Django itself, on both databases, know no way to change or slip in entries of the journal? (R40)"""

import pytest

from esc_tracker.journal.acts import act, first_broken_entry
from esc_tracker.journal.models import Entry, ForEver

WAYS = {
    "update": lambda entry: Entry.objects.update(about="x"),
    "filtered update": lambda entry: Entry.objects.filter(number=1).update(verb="x"),
    "delete": lambda entry: Entry.objects.all().delete(),
    "raw delete": lambda entry: Entry.objects.all()._raw_delete("default"),
    "bulk_create": lambda entry: Entry.objects.bulk_create([entry]),
    "bulk_create over": lambda entry: Entry.objects.bulk_create(
        [entry], update_conflicts=True, unique_fields=["number"], update_fields=["about"]
    ),
    "bulk_update": lambda entry: Entry.objects.bulk_update([entry], ["about"]),
    "update_or_create": lambda entry: Entry.objects.update_or_create(number=1, defaults={"about": "x"}),
    "save": lambda entry: entry.save(),
    "save of some": lambda entry: entry.save(update_fields=["about"]),
    "delete one": lambda entry: entry.delete(),
    "of a person": lambda entry: Entry.objects.filter(by__name="x").delete(),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_refused_and_nothing_changes(db, way):
    with act("test", by=None, about="4.3"):
        pass
    before = list(Entry.objects.values_list())

    with pytest.raises(ForEver):
        WAYS[way](Entry.objects.get())

    assert list(Entry.objects.values_list()) == before
    assert first_broken_entry() == ""
