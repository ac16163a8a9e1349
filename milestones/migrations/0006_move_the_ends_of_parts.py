"""Until now the chair's office itself ended every part: say so where ends are kept from now on."""

from django.db import migrations


def move_ends(apps, schema_editor):
    Responsibility = apps.get_model("milestones", "Responsibility")
    PartEnd = apps.get_model("milestones", "PartEnd")
    PartEnd.objects.bulk_create(
        PartEnd(
            responsibility=held,
            by_id=held.ended_by_id,
            recorded_at=held.assigned_until,
            reason=held.ended_reason,
            authority="chair",
        )
        for held in Responsibility.objects.exclude(ended_by=None)
    )


class Migration(migrations.Migration):

    dependencies = [
        ('milestones', '0005_the_end_of_a_part_and_sources'),
    ]

    operations = [
        migrations.RunPython(move_ends, migrations.RunPython.noop),
    ]
