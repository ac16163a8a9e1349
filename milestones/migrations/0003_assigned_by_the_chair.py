"""Until now every agency was named by the chair's office itself: say so."""

from django.db import migrations


def name_the_chair(apps, schema_editor):
    apps.get_model("milestones", "Responsibility").objects.filter(basis="assigned", authority="").update(authority="chair")


class Migration(migrations.Migration):

    dependencies = [
        ('milestones', '0002_how_the_committee_works'),
    ]

    operations = [
        migrations.RunPython(name_the_chair, migrations.RunPython.noop),
    ]
