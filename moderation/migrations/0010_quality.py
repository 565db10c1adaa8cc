"""Second readings: shares, draws, gold comments, what moderators said; and care for moderators."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

READINGS_FORWARD = """
CREATE FUNCTION moderation_second_reading_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.kind, OLD.comment_id, OLD.revision, OLD.decision_id, OLD.gold_id, OLD.status,
        OLD.clause, OLD.weight, OLD.key, OLD.created_at)
       IS DISTINCT FROM
       (NEW.kind, NEW.comment_id, NEW.revision, NEW.decision_id, NEW.gold_id, NEW.status,
        NEW.clause, NEW.weight, NEW.key, NEW.created_at)
       OR (OLD.taken_back_at IS NOT NULL AND NEW.taken_back_at IS DISTINCT FROM OLD.taken_back_at)
    THEN
        RAISE EXCEPTION 'second reading % is final: second readings are never edited', OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_reading_is_final BEFORE UPDATE ON moderation_secondreading
    FOR EACH ROW EXECUTE FUNCTION moderation_second_reading_is_final();
"""
READINGS_BACKWARD = """
DROP TRIGGER second_reading_is_final ON moderation_secondreading;
DROP FUNCTION moderation_second_reading_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0009_people_and_stories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("audit", "An automatic decision"),
                            ("double", "A colleague's decision"),
                            ("gold", "A gold comment"),
                            ("upheld", "A disagreement"),
                        ],
                        max_length=16,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("weight", models.FloatField(db_default=1)),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="GoldComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for its score"),
                            ("in_review", "In review"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=16,
                    ),
                ),
                ("clause", models.CharField(blank=True, max_length=64)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SecondReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("audit", "An automatic decision"),
                            ("double", "A colleague's decision"),
                            ("gold", "A gold comment"),
                            ("upheld", "A disagreement"),
                        ],
                        max_length=16,
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for its score"),
                            ("in_review", "In review"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=16,
                    ),
                ),
                ("clause", models.CharField(blank=True, max_length=64)),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("weight", models.FloatField(db_default=1)),
                ("key", models.CharField(max_length=100, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="moderator",
            name="covered_clauses",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="moderator",
            name="covered_signals",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="moderator",
            name="left_clauses",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="site",
            name="audit_share",
            field=models.FloatField(db_default=0.01, default=0.01),
        ),
        migrations.AddField(
            model_name="site",
            name="double_share",
            field=models.FloatField(db_default=0.02, default=0.02),
        ),
        migrations.AddField(
            model_name="site",
            name="gold_share",
            field=models.FloatField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("audit_share__gte", 0),
                    ("double_share__gte", 0),
                    ("gold_share__gte", 0),
                    (
                        "audit_share__lte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.Value(1), "-", models.F("double_share")
                            ),
                            "-",
                            models.F("gold_share"),
                        ),
                    ),
                ),
                name="site_second_shares_are_shares",
            ),
        ),
        migrations.AddField(
            model_name="draw",
            name="comment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="moderation.comment",
            ),
        ),
        migrations.AddField(
            model_name="draw",
            name="decision",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="moderation.decision",
            ),
        ),
        migrations.AddField(
            model_name="draw",
            name="moderator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="goldcomment",
            name="added_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="goldcomment",
            name="comment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="moderation.comment",
            ),
        ),
        migrations.AddField(
            model_name="goldcomment",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="gold_comments",
                to="moderation.site",
            ),
        ),
        migrations.AddField(
            model_name="draw",
            name="gold",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="moderation.goldcomment",
            ),
        ),
        migrations.AddField(
            model_name="secondreading",
            name="comment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="second_readings",
                to="moderation.comment",
            ),
        ),
        migrations.AddField(
            model_name="secondreading",
            name="decision",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="moderation.decision",
            ),
        ),
        migrations.AddField(
            model_name="secondreading",
            name="gold",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="readings",
                to="moderation.goldcomment",
            ),
        ),
        migrations.AddField(
            model_name="secondreading",
            name="moderator",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="secondreading",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="second_readings",
                to="moderation.site",
            ),
        ),
        migrations.AddConstraint(
            model_name="goldcomment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at__isnull", True)),
                fields=("comment",),
                name="gold_once",
            ),
        ),
        migrations.AddIndex(
            model_name="draw",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["moderator"],
                name="draw_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(
                fields=("moderator", "comment"), name="draw_once_per_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("decision",),
                name="draw_one_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="secondreading",
            index=models.Index(fields=["site", "-id"], name="second_reading_newest"),
        ),
        migrations.AddIndex(
            model_name="secondreading",
            index=models.Index(fields=["moderator", "-id"], name="second_reading_by_moderator"),
        ),
        migrations.AddConstraint(
            model_name="secondreading",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decision__isnull", False), ("taken_back_at__isnull", True)),
                fields=("decision", "kind"),
                name="second_reading_once",
            ),
        ),
        migrations.RunSQL(READINGS_FORWARD, READINGS_BACKWARD),
    ]
