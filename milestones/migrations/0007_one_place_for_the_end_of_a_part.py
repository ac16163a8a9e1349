from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('milestones', '0006_move_the_ends_of_parts'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='responsibility',
            name='responsibility_ended_by_somebody_with_reason',
        ),
        migrations.RemoveField(
            model_name='responsibility',
            name='ended_by',
        ),
        migrations.RemoveField(
            model_name='responsibility',
            name='ended_reason',
        ),
    ]
