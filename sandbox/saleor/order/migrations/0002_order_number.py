from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("order", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE order_order_number_seq OWNED BY order_order.number",
            "DROP SEQUENCE order_order_number_seq",
        )
    ]
