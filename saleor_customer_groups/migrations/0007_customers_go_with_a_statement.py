"""A deleted customer takes memberships along in the database itself; numbers for erased ones.

Django deletes what it knows of before it deletes the customer; who joined a group in between made
the deletion fail once. `ON DELETE CASCADE` has no in-between. (Django 5.2 cannot say so in a
model.) Each statement stands alone and may be repeated; the tables are not locked while the new
constraints are validated.
"""

from django.conf import settings
from django.db import migrations

MODELS = ["Membership", "Application", "SegmentPin", "CustomerChannel"]

FIND = """
SELECT conname FROM pg_constraint
 WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid = %s::regclass
"""


def _point(apps, schema_editor, on_delete):
    quote = schema_editor.quote_name
    user = quote(apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table)
    with schema_editor.connection.cursor() as cursor:
        for name in MODELS:
            table = quote(apps.get_model("saleor_customer_groups", name)._meta.db_table)
            cursor.execute(FIND, [table, user])
            for (constraint,) in cursor.fetchall():
                cursor.execute(
                    f"ALTER TABLE {table} DROP CONSTRAINT {quote(constraint)}, "
                    f"ADD CONSTRAINT {quote(constraint)} FOREIGN KEY (customer_id) "
                    f"REFERENCES {user} (id) {on_delete} DEFERRABLE INITIALLY DEFERRED NOT VALID"
                )
                cursor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote(constraint)}")


def cascade(apps, schema_editor):
    """The rows go with the customer."""
    _point(apps, schema_editor, "ON DELETE CASCADE")


def no_action(apps, schema_editor):
    """As Django makes foreign keys."""
    _point(apps, schema_editor, "")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("saleor_customer_groups", "0006_groups_in_full"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE IF NOT EXISTS saleor_customer_groups_erased AS integer",
            "DROP SEQUENCE IF EXISTS saleor_customer_groups_erased",
        ),
        migrations.RunPython(cascade, no_action),
    ]
