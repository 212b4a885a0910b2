"""The default group "Standard", which every newcomer enters until the merchant says otherwise."""

from django.db import migrations


def make_standard_group(apps, schema_editor):
    """Make it, unless the shop has a default group or a group of that slug already."""
    group_model = apps.get_model("saleor_customer_groups", "CustomerGroup")
    default_model = apps.get_model("saleor_customer_groups", "DefaultGroup")
    if default_model.objects.filter(channel=None).exists():
        return
    group, _ = group_model.objects.get_or_create(
        slug="standard",
        defaults={"name": "Standard", "description": "Every customer who registers."},
    )
    default_model.objects.create(group=group, channel=None)


class Migration(migrations.Migration):
    dependencies = [("saleor_customer_groups", "0001_initial")]

    # Backwards nothing is undone: the group may have members and prices by then, and the
    # tables go with 0001.
    operations = [migrations.RunPython(make_standard_group, migrations.RunPython.noop)]
