"""Ends of memberships and snapshots are told to other systems, once; those of before are not."""

from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone


def past_ends_are_no_news(apps, schema_editor):
    now = timezone.now()
    membership = apps.get_model("saleor_customer_groups", "Membership")
    membership.objects.filter(until__lte=now).update(end_told=True)
    group = apps.get_model("saleor_customer_groups", "CustomerGroup")
    group.objects.filter(expires_at__lte=now).update(end_told=True)


class Migration(migrations.Migration):
    # So that the index is not built in a transaction that has changed rows of its table.
    atomic = False

    dependencies = [
        ("saleor_customer_groups", "0018_broadcasts"),
    ]

    operations = [
        migrations.AddField(
            model_name="customergroup",
            name="end_told",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="membership",
            name="end_told",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunPython(past_ends_are_no_news, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=Q(end_told=False, until__isnull=False),
                fields=["until"],
                name="membership_end_untold",
            ),
        ),
    ]
