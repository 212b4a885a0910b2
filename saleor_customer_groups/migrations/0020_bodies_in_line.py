"""The bodies of events that name a hundred customers (two kilobytes) stay in their rows as they are.

Otherwise PostgreSQL compresses each as it is written and unpacks it as it is read.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_customer_groups", "0019_ends_told"),
    ]

    operations = [
        # Rows that are there stay as they are; nothing is rewritten.
        migrations.RunSQL(
            "ALTER TABLE saleor_customer_groups_outboxevent SET (toast_tuple_target = 4080)",
            "ALTER TABLE saleor_customer_groups_outboxevent RESET (toast_tuple_target)",
        ),
    ]
