"""Give every delivery its address, and turn what was sent to an agency's contacts into a notice and its tellings.

What had not been sent yet becomes a notice nobody has been told of, and goes out with the next mail.
"""

from django.db import migrations


def carry_over(apps, schema_editor):
    Delivery, Notice, Telling = (apps.get_model("reports", name) for name in ("Delivery", "Notice", "Telling"))
    for row in Delivery.objects.filter(report__isnull=False).select_related("recipient"):
        Delivery.objects.filter(pk=row.pk).update(address=row.recipient.email.lower())
    for row in Delivery.objects.filter(report=None).order_by("pk"):
        notice = Notice.objects.create(
            kind="reminder" if row.reminder_id else "entered",
            key=row.message,
            agency_id=row.agency_id,
            reminder_id=row.reminder_id,
            check_in_id=row.check_in_id,
            noticed_at=row.queued_at,
            addressed_at=row.sent_at,
            dropped=row.error if row.sent_at else "",
        )
        row.delete()
        for address in sorted(set(row.sent_to)) if row.sent_at else ():
            told = Delivery.objects.create(
                message=row.message, address=address, queued_at=row.queued_at, tries=row.tries, sent_at=row.sent_at
            )
            Telling.objects.create(notice=notice, address=address, delivery=told)


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_told_in_time")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
