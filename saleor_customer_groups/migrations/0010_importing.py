"""Imports of members, and which import wrote a line of the history."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('saleor_customer_groups', '0009_exporting'),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group_name', models.CharField(max_length=250)),
                ('mode', models.CharField(choices=[('append', 'Append'), ('replace', 'Replace'), ('remove', 'Remove')], max_length=16)),
                ('status', models.CharField(choices=[('uploaded', 'Uploaded'), ('checking', 'Checking'), ('checked', 'Checked'), ('applying', 'Applying'), ('applied', 'Applied'), ('undoing', 'Undoing'), ('undone', 'Undone'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='uploaded', max_length=16)),
                ('file_name', models.CharField(max_length=250)),
                ('format', models.CharField(max_length=8)),
                ('file_bytes', models.PositiveBigIntegerField(default=0)),
                ('options', models.JSONField(default=dict)),
                ('layout', models.JSONField(default=dict)),
                ('counts', models.JSONField(default=dict)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('position', models.BigIntegerField(default=0)),
                ('leaving_position', models.BigIntegerField(default=0)),
                ('undo_position', models.BigIntegerField(default=0)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('run', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('all_or_nothing', models.BooleanField(default=False)),
                ('cancel_requested', models.BooleanField(default=False)),
                ('error', models.CharField(blank=True, default='', max_length=500)),
                ('error_code', models.CharField(blank=True, default='', max_length=50)),
                ('actor', models.CharField(blank=True, default='', max_length=100)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('apply_began_at', models.DateTimeField(blank=True, null=True)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ImportPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('data', models.BinaryField()),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        # A part is kept as it is: compressing it would take longer than all else of an upload.
        migrations.RunSQL(
            'ALTER TABLE saleor_customer_groups_importpart ALTER COLUMN data SET STORAGE EXTERNAL',
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('pk', models.CompositePrimaryKey('job_id', 'customer_id', 'line', blank=True, editable=False, primary_key=True, serialize=False)),
                ('job', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='saleor_customer_groups.import')),
                ('customer_id', models.IntegerField(default=0)),
                ('line', models.PositiveIntegerField(default=0)),
                ('outcome', models.CharField(choices=[('join', 'Joins'), ('change', 'Stays, until another moment'), ('leave', 'Leaves'), ('already', 'Is in already'), ('absent', 'Is not in'), ('unknown', 'Unknown customer'), ('ambiguous', 'Several customers'), ('invalid', 'Cannot be read'), ('duplicate', 'Same customer as an earlier line'), ('kept', 'Not undone, changed since'), ('full', 'The group has no room')], max_length=16)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('value', models.TextField(blank=True, default='')),
                ('column', models.CharField(blank=True, default='', max_length=250)),
                ('code', models.CharField(blank=True, default='', max_length=32)),
                ('detail', models.IntegerField(blank=True, null=True)),
            ],
            options={
                'ordering': ['line', 'customer_id'],
            },
        ),
        migrations.AddField(
            model_name='membershipevent',
            name='import_id',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='membershipevent',
            index=models.Index(condition=models.Q(('import_id__isnull', False)), fields=['import_id', 'id'], name='membershipevent_import'),
        ),
        migrations.AddField(
            model_name='import',
            name='group',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='imports', to='saleor_customer_groups.customergroup'),
        ),
        migrations.AddField(
            model_name='importpart',
            name='job',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='saleor_customer_groups.import'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(condition=models.Q(('leased_until__isnull', False)), fields=['leased_until'], name='import_leased'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['append', 'replace', 'remove'])), name='import_known_mode'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['uploaded', 'checking', 'checked', 'applying', 'applied', 'undoing', 'undone', 'failed', 'cancelled'])), name='import_known_status'),
        ),
        migrations.AddConstraint(
            model_name='importpart',
            constraint=models.UniqueConstraint(fields=('job', 'number'), name='importpart_once'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(condition=models.Q(('outcome__in', ['unknown', 'ambiguous', 'invalid', 'duplicate', 'kept', 'full'])), fields=['job', 'line', 'customer_id'], name='importrow_reported'),
        ),
    ]
