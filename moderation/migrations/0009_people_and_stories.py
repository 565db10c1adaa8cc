"""Authors' standing, stories' states and who watches them, comments put off."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

CHANGES_FORWARD = """
CREATE FUNCTION moderation_standingchange_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.author_id, OLD.standing, OLD.until, OLD.clause, OLD.policy_id, OLD.reason,
        OLD.created_at)
       IS DISTINCT FROM
       (NEW.author_id, NEW.standing, NEW.until, NEW.clause, NEW.policy_id, NEW.reason,
        NEW.created_at)
    THEN
        RAISE EXCEPTION 'change % of a standing is final: take it back by another', OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER standingchange_is_final BEFORE UPDATE ON moderation_standingchange
    FOR EACH ROW EXECUTE FUNCTION moderation_standingchange_is_final();
CREATE FUNCTION moderation_storychange_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.story_id, OLD.state_before, OLD.state, OLD.by_publisher, OLD.note, OLD.created_at)
       IS DISTINCT FROM
       (NEW.story_id, NEW.state_before, NEW.state, NEW.by_publisher, NEW.note, NEW.created_at)
    THEN
        RAISE EXCEPTION 'change % of a story is final: change it again', OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER storychange_is_final BEFORE UPDATE ON moderation_storychange
    FOR EACH ROW EXECUTE FUNCTION moderation_storychange_is_final();
"""
CHANGES_BACKWARD = """
DROP TRIGGER storychange_is_final ON moderation_storychange;
DROP FUNCTION moderation_storychange_is_final();
DROP TRIGGER standingchange_is_final ON moderation_standingchange;
DROP FUNCTION moderation_standingchange_is_final();
"""

# An entry for each comment in review, whoever writes (moderation.models.queue_entries). The names
# are those of moderation.policy.SIGNALS, in their order.
ENTRIES_FORWARD = """
CREATE FUNCTION moderation_signals(given jsonb) RETURNS double precision[] LANGUAGE sql IMMUTABLE
AS $$
    SELECT array_agg(CASE WHEN jsonb_typeof(given->name) = 'number'
                          THEN (given->>name)::double precision END ORDER BY place)
    FROM unnest(ARRAY['off_topic', 'toxicity', 'severe_toxicity', 'insult', 'identity_attack',
                      'threat', 'profanity', 'sexual', 'spam', 'low_quality', 'likely_to_reject'])
         WITH ORDINALITY AS signal (name, place)
$$;
CREATE FUNCTION moderation_queueentry_of_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'in_review' OR NEW.erased_at IS NOT NULL THEN
        DELETE FROM moderation_queueentry WHERE comment_id = NEW.id;
        RETURN NULL;
    END IF;
    INSERT INTO moderation_queueentry
        (comment_id, site_id, story_id, received_at, deferred_until, signals, clauses)
    VALUES (NEW.id, NEW.site_id, NEW.story_id, NEW.received_at, NEW.deferred_until,
        (SELECT moderation_signals(signals) FROM moderation_score
         WHERE comment_id = NEW.id AND revision = NEW.revision ORDER BY id DESC LIMIT 1),
        coalesce((SELECT clauses FROM moderation_decision
                  WHERE comment_id = NEW.id AND version = NEW.version
                  ORDER BY id DESC LIMIT 1), '{}'))
    ON CONFLICT (comment_id) DO UPDATE SET
        (site_id, story_id, received_at, deferred_until, signals, clauses) =
        (EXCLUDED.site_id, EXCLUDED.story_id, EXCLUDED.received_at, EXCLUDED.deferred_until,
         EXCLUDED.signals, EXCLUDED.clauses);
    RETURN NULL;
END $$;
CREATE TRIGGER queueentry_of_new_comment AFTER INSERT ON moderation_comment
    FOR EACH ROW WHEN (NEW.status = 'in_review')
    EXECUTE FUNCTION moderation_queueentry_of_comment();
CREATE TRIGGER queueentry_of_comment AFTER UPDATE ON moderation_comment
    FOR EACH ROW WHEN (
        'in_review' IN (OLD.status, NEW.status)
        AND (OLD.status, OLD.version, OLD.revision, OLD.erased_at, OLD.deferred_until,
             OLD.site_id, OLD.story_id, OLD.received_at)
            IS DISTINCT FROM
            (NEW.status, NEW.version, NEW.revision, NEW.erased_at, NEW.deferred_until,
             NEW.site_id, NEW.story_id, NEW.received_at))
    EXECUTE FUNCTION moderation_queueentry_of_comment();
CREATE FUNCTION moderation_queueentry_of_score() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Most scores are of comments that have no entry, or came with theirs.
    IF EXISTS (SELECT FROM moderation_queueentry WHERE comment_id = NEW.comment_id
               AND signals IS DISTINCT FROM moderation_signals(NEW.signals)) THEN
        UPDATE moderation_queueentry SET signals = moderation_signals(NEW.signals)
        WHERE comment_id = NEW.comment_id
          AND NEW.revision =
              (SELECT revision FROM moderation_comment WHERE id = NEW.comment_id)
          AND NEW.id =
              (SELECT max(id) FROM moderation_score
               WHERE comment_id = NEW.comment_id AND revision = NEW.revision);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER queueentry_of_score AFTER INSERT OR UPDATE OF signals ON moderation_score
    FOR EACH ROW EXECUTE FUNCTION moderation_queueentry_of_score();
CREATE FUNCTION moderation_queueentry_of_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE moderation_queueentry SET clauses = NEW.clauses
    WHERE comment_id = NEW.comment_id AND clauses IS DISTINCT FROM NEW.clauses
      AND NEW.version = (SELECT version FROM moderation_comment WHERE id = NEW.comment_id);
    RETURN NULL;
END $$;
CREATE TRIGGER queueentry_of_decision AFTER INSERT ON moderation_decision
    FOR EACH ROW WHEN (NEW.status = 'in_review')
    EXECUTE FUNCTION moderation_queueentry_of_decision();
INSERT INTO moderation_queueentry
    (comment_id, site_id, story_id, received_at, deferred_until, signals, clauses)
SELECT c.id, c.site_id, c.story_id, c.received_at, c.deferred_until,
    (SELECT moderation_signals(signals) FROM moderation_score
     WHERE comment_id = c.id AND revision = c.revision ORDER BY id DESC LIMIT 1),
    coalesce((SELECT clauses FROM moderation_decision
              WHERE comment_id = c.id AND version = c.version ORDER BY id DESC LIMIT 1), '{}')
FROM moderation_comment c WHERE c.status = 'in_review' AND c.erased_at IS NULL;
"""
ENTRIES_BACKWARD = """
DROP TRIGGER queueentry_of_decision ON moderation_decision;
DROP FUNCTION moderation_queueentry_of_decision();
DROP TRIGGER queueentry_of_score ON moderation_score;
DROP FUNCTION moderation_queueentry_of_score();
DROP TRIGGER queueentry_of_comment ON moderation_comment;
DROP TRIGGER queueentry_of_new_comment ON moderation_comment;
DROP FUNCTION moderation_queueentry_of_comment();
DROP FUNCTION moderation_signals(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0008_appeals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="author",
            name="standing",
            field=models.CharField(
                choices=[
                    ("normal", "Normal"),
                    ("trusted", "Trusted"),
                    ("premoderated", "Read first"),
                    ("muted", "Muted"),
                    ("suspended", "Suspended"),
                ],
                db_default="normal",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="author",
            name="standing_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="bulkdecision",
            name="deferred_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="bulkdecision",
            name="hours",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="bulkdecision",
            name="key",
            field=models.CharField(blank=True, max_length=100, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="bulkdecision",
            name="selected",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="comment",
            name="deferred_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="deferred_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="AuthorNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=1000)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="moderation.author",
                    ),
                ),
                (
                    "moderator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StoryChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state_before",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("premoderated", "Every comment is read by a person first"),
                            ("closed", "Closed to comments"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("premoderated", "Every comment is read by a person first"),
                            ("closed", "Closed to comments"),
                        ],
                        max_length=16,
                    ),
                ),
                ("by_publisher", models.BooleanField(default=False)),
                ("note", models.CharField(blank=True, max_length=1000)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "moderator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="moderation.story",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QueueEntry",
            fields=[
                (
                    "comment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="queue_entry",
                        serialize=False,
                        to="moderation.comment",
                    ),
                ),
                ("received_at", models.DateTimeField()),
                ("deferred_until", models.DateTimeField(blank=True, null=True)),
                (
                    "signals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), blank=True, null=True, size=None
                    ),
                ),
                (
                    "clauses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="queue_entries",
                        to="moderation.site",
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="moderation.story",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "queue entries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("deferred_until__isnull", False)),
                        fields=["site", "deferred_until"],
                        name="queueentry_deferred",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("normal", "Normal"),
                            ("trusted", "Trusted"),
                            ("premoderated", "Read first"),
                            ("muted", "Muted"),
                            ("suspended", "Suspended"),
                        ],
                        max_length=16,
                    ),
                ),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("clause", models.CharField(blank=True, max_length=64)),
                ("reason", models.CharField(blank=True, max_length=160)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standing_changes",
                        to="moderation.author",
                    ),
                ),
                (
                    "moderator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="moderation.policy",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="moderation.standingchange",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("standing", "suspended"), _negated=True),
                            ("until__isnull", False),
                            _connector="OR",
                        ),
                        name="suspension_has_an_end",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "moderator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watches",
                        to="moderation.moderator",
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watches",
                        to="moderation.story",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "watches",
                "constraints": [
                    models.UniqueConstraint(fields=("moderator", "story"), name="watch_once")
                ],
            },
        ),
        migrations.RunSQL(CHANGES_FORWARD, CHANGES_BACKWARD),
        migrations.RunSQL(ENTRIES_FORWARD, ENTRIES_BACKWARD),
    ]
