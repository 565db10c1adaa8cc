"""The first schema: the tables, and what the database itself keeps true (the triggers)."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import moderation.models.decisions
import uuid
from django.conf import settings
from django.db import migrations, models

# Decisions, published policies, second reviews and the changes of standings and stories cannot be
# rewritten by anyone.
DECISIONS = """
CREATE FUNCTION moderation_decision_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.comment_id, OLD.revision, OLD.version, OLD.status_before, OLD.status, OLD.source,
        OLD.policy_id, OLD.clauses, OLD.reasons, OLD.key, OLD.created_at, OLD.effective_at)
       IS DISTINCT FROM
       (NEW.comment_id, NEW.revision, NEW.version, NEW.status_before, NEW.status, NEW.source,
        NEW.policy_id, NEW.clauses, NEW.reasons, NEW.key, NEW.created_at, NEW.effective_at)
       OR (OLD.withheld AND NOT NEW.withheld)
    THEN
        RAISE EXCEPTION 'decision % is final: decisions are never edited', OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_is_final BEFORE UPDATE ON moderation_decision
    FOR EACH ROW EXECUTE FUNCTION moderation_decision_is_final();
"""
DROP_DECISIONS = """
DROP TRIGGER decision_is_final ON moderation_decision;
DROP FUNCTION moderation_decision_is_final();
"""
POLICY_VERSIONS = """
CREATE FUNCTION moderation_policyversion_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.number IS NOT NULL
       AND (OLD.site_id, OLD.number, OLD.document, OLD.published_at)
           IS DISTINCT FROM (NEW.site_id, NEW.number, NEW.document, NEW.published_at)
    THEN
        RAISE EXCEPTION 'policy % is published: publish a new version instead', OLD.number;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policyversion_is_final BEFORE UPDATE ON moderation_policyversion
    FOR EACH ROW EXECUTE FUNCTION moderation_policyversion_is_final();
"""
DROP_POLICY_VERSIONS = """
DROP TRIGGER policyversion_is_final ON moderation_policyversion;
DROP FUNCTION moderation_policyversion_is_final();
"""
CHANGES = """
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
DROP_CHANGES = """
DROP TRIGGER storychange_is_final ON moderation_storychange;
DROP FUNCTION moderation_storychange_is_final();
DROP TRIGGER standingchange_is_final ON moderation_standingchange;
DROP FUNCTION moderation_standingchange_is_final();
"""
# An entry for each comment in review (moderation.models.queue_entries). The names
# are those of moderation.policy.SIGNALS, in their order.
QUEUE_ENTRIES = """
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
"""
DROP_QUEUE_ENTRIES = """
DROP TRIGGER queueentry_of_decision ON moderation_decision;
DROP FUNCTION moderation_queueentry_of_decision();
DROP TRIGGER queueentry_of_score ON moderation_score;
DROP FUNCTION moderation_queueentry_of_score();
DROP TRIGGER queueentry_of_comment ON moderation_comment;
DROP TRIGGER queueentry_of_new_comment ON moderation_comment;
DROP FUNCTION moderation_queueentry_of_comment();
DROP FUNCTION moderation_signals(jsonb);
"""
SECOND_REVIEWS = """
CREATE FUNCTION moderation_secondreview_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.kind, OLD.comment_id, OLD.revision, OLD.decision_id, OLD.gold_id, OLD.status,
        OLD.clause, OLD.weight, OLD.key, OLD.created_at)
       IS DISTINCT FROM
       (NEW.kind, NEW.comment_id, NEW.revision, NEW.decision_id, NEW.gold_id, NEW.status,
        NEW.clause, NEW.weight, NEW.key, NEW.created_at)
       OR (OLD.taken_back_at IS NOT NULL AND NEW.taken_back_at IS DISTINCT FROM OLD.taken_back_at)
    THEN
        RAISE EXCEPTION 'second review % is final: second reviews are never edited', OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER secondreview_is_final BEFORE UPDATE ON moderation_secondreview
    FOR EACH ROW EXECUTE FUNCTION moderation_secondreview_is_final();
"""
DROP_SECOND_REVIEWS = """
DROP TRIGGER secondreview_is_final ON moderation_secondreview;
DROP FUNCTION moderation_secondreview_is_final();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Author',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=255)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('standing', models.CharField(choices=[('normal', 'Normal'), ('trusted', 'Trusted'), ('premoderated', 'Read first'), ('muted', 'Muted'), ('suspended', 'Suspended')], db_default='normal', max_length=16)),
                ('standing_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=255)),
                ('idempotency_key', models.CharField(blank=True, max_length=255, null=True)),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('author_name', models.CharField(blank=True, max_length=100)),
                ('body', models.TextField()),
                ('revision', models.PositiveIntegerField(db_default=1)),
                ('submitted_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('status', models.CharField(choices=[('pending', 'Waiting for its score'), ('in_review', 'In review'), ('approved', 'Approved'), ('rejected', 'Rejected')], db_default='pending', max_length=16)),
                ('version', models.PositiveIntegerField(db_default=1)),
                ('held_until', models.DateTimeField(blank=True, null=True)),
                ('status_before', models.CharField(blank=True, choices=[('pending', 'Waiting for its score'), ('in_review', 'In review'), ('approved', 'Approved'), ('rejected', 'Rejected')], db_default='', max_length=16)),
                ('priority', models.FloatField(db_default=0)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('attempts', models.PositiveSmallIntegerField(db_default=0)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('deferred_until', models.DateTimeField(blank=True, null=True)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='comments', to='moderation.author')),
                ('claimed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('deferred_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='replies', to='moderation.comment')),
            ],
        ),
        migrations.CreateModel(
            name='AuthorNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=1000)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='moderation.author')),
                ('moderator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ClassifierVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True)),
                ('state', models.CharField(choices=[('candidate', 'Candidate'), ('shadow', 'Shadow'), ('live', 'Live'), ('retired', 'Retired')], default='candidate', max_length=16)),
                ('artefact', models.BinaryField(blank=True, null=True)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('report', models.JSONField(default=dict)),
                ('verdict', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('promoted_at', models.DateTimeField(blank=True, null=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('base', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='moderation.classifierversion')),
            ],
        ),
        migrations.CreateModel(
            name='GoldComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('pending', 'Waiting for its score'), ('in_review', 'In review'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=16)),
                ('clause', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='moderation.comment')),
            ],
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(blank=True, null=True)),
                ('document', models.JSONField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('edited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'policies',
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('signals', models.JSONField()),
                ('language', models.CharField(db_default='und', max_length=8)),
                ('trained', models.BooleanField(db_default=True)),
                ('passage', models.JSONField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('classifier_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='moderation.classifierversion')),
                ('comment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='moderation.comment')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField()),
                ('status_before', models.CharField(choices=[('pending', 'Waiting for its score'), ('in_review', 'In review'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=16)),
                ('status', models.CharField(choices=[('pending', 'Waiting for its score'), ('in_review', 'In review'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=16)),
                ('source', models.CharField(choices=[('policy', 'The policy'), ('moderator', 'A moderator'), ('fallback', 'Could not be scored'), ('appeal', 'An appeal'), ('import', 'Imported')], max_length=16)),
                ('clauses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=None)),
                ('reasons', models.JSONField(default=list)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('key', models.CharField(blank=True, max_length=100, null=True, unique=True)),
                ('withheld', models.BooleanField(db_default=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('effective_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('transaction', models.BigIntegerField(db_default=moderation.models.decisions.TransactionId())),
                ('comment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='moderation.comment')),
                ('moderator', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reverses', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='moderation.decision')),
                ('policy', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='moderation.policyversion')),
                ('score', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='moderation.score')),
            ],
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('reader_pages', models.BooleanField(default=False)),
                ('show_reasons', models.BooleanField(db_default=False, default=False)),
                ('queues_integrations', models.BooleanField(db_default=False, default=False)),
                ('audit_share', models.FloatField(db_default=0.01, default=0.01)),
                ('double_share', models.FloatField(db_default=0.02, default=0.02)),
                ('gold_share', models.FloatField(db_default=0, default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('audit_share__gte', 0), ('double_share__gte', 0), ('gold_share__gte', 0), ('audit_share__lte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.Value(1), '-', models.F('double_share')), '-', models.F('gold_share')))), name='site_second_shares_are_shares')],
            },
        ),
        migrations.CreateModel(
            name='SecondReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('audit', 'An automatic decision'), ('double', "A colleague's decision"), ('gold', 'A gold comment'), ('upheld', 'A disagreement')], max_length=16)),
                ('revision', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('pending', 'Waiting for its score'), ('in_review', 'In review'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=16)),
                ('clause', models.CharField(blank=True, max_length=64)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('weight', models.FloatField(db_default=1)),
                ('key', models.CharField(max_length=100, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='second_reviews', to='moderation.comment')),
                ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='moderation.decision')),
                ('gold', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='moderation.goldcomment')),
                ('moderator', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='second_reviews', to='moderation.site')),
            ],
        ),
        migrations.AddField(
            model_name='policyversion',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='policies', to='moderation.site'),
        ),
        migrations.CreateModel(
            name='Moderator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('moderator', 'Moderator'), ('senior', 'Senior moderator'), ('editor', 'Editor'), ('admin', 'Administrator')], default='moderator', max_length=16)),
                ('shortcuts', models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
                ('single_keys', models.BooleanField(db_default=True, default=True)),
                ('covered_clauses', models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
                ('covered_signals', models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
                ('left_clauses', models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
                ('sitting_since', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moderators', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moderators', to='moderation.site')),
            ],
        ),
        migrations.CreateModel(
            name='IntegrationSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('coral_phase', "Coral's external moderation phase"), ('coral_webhook', "Coral's webhooks")], max_length=16)),
                ('secret', models.CharField(max_length=400)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='integration_secrets', to='moderation.site')),
            ],
        ),
        migrations.AddField(
            model_name='goldcomment',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gold_comments', to='moderation.site'),
        ),
        migrations.AddField(
            model_name='decision',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='moderation.site'),
        ),
        migrations.AddField(
            model_name='comment',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='moderation.site'),
        ),
        migrations.AddField(
            model_name='classifierversion',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='classifier_versions', to='moderation.site'),
        ),
        migrations.CreateModel(
            name='BulkDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('pending', 'Waiting for its score'), ('in_review', 'In review'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=16)),
                ('clause', models.CharField(blank=True, max_length=64)),
                ('query', models.CharField(blank=True, max_length=1000)),
                ('key', models.CharField(blank=True, max_length=100, null=True, unique=True)),
                ('selected', models.BooleanField(db_default=False, default=False)),
                ('hours', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('deferred_until', models.DateTimeField(blank=True, null=True)),
                ('comments', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('versions', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ('sample', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('otherwise', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('moderator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bulk_decisions', to='moderation.site')),
            ],
        ),
        migrations.AddField(
            model_name='author',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='authors', to='moderation.site'),
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('body', models.TextField()),
                ('words', models.TextField()),
                ('answer', models.TextField(blank=True, db_default='')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appeals', to='moderation.comment')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='appeal', to='moderation.decision')),
                ('outcome', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='ended_appeal', to='moderation.decision')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='moderation.site')),
            ],
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('prefix', models.CharField(max_length=24)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('submit', 'Submit, edit and erase comments and stories'), ('read', 'Read comments, scores, decisions and threads'), ('decide', 'Decide on comments'), ('score', 'Have texts scored through the integrations')], max_length=16), size=None)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('label_weight', models.FloatField(db_default=0)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='moderation.site')),
            ],
        ),
        migrations.CreateModel(
            name='StandingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('standing', models.CharField(choices=[('normal', 'Normal'), ('trusted', 'Trusted'), ('premoderated', 'Read first'), ('muted', 'Muted'), ('suspended', 'Suspended')], max_length=16)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('clause', models.CharField(blank=True, max_length=64)),
                ('reason', models.CharField(blank=True, max_length=160)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='standing_changes', to='moderation.author')),
                ('moderator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='moderation.policyversion')),
                ('reverses', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='moderation.standingchange')),
            ],
        ),
        migrations.CreateModel(
            name='Story',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=255)),
                ('url', models.CharField(blank=True, max_length=2048)),
                ('title', models.CharField(blank=True, max_length=500)),
                ('body', models.TextField(blank=True)),
                ('section', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(choices=[('open', 'Open'), ('premoderated', 'A person reviews every comment first'), ('closed', 'Closed to comments')], default='open', max_length=16)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stories', to='moderation.site')),
            ],
            options={
                'verbose_name_plural': 'stories',
            },
        ),
        migrations.AddField(
            model_name='comment',
            name='story',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='moderation.story'),
        ),
        migrations.CreateModel(
            name='StoryChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state_before', models.CharField(choices=[('open', 'Open'), ('premoderated', 'A person reviews every comment first'), ('closed', 'Closed to comments')], max_length=16)),
                ('state', models.CharField(choices=[('open', 'Open'), ('premoderated', 'A person reviews every comment first'), ('closed', 'Closed to comments')], max_length=16)),
                ('by_publisher', models.BooleanField(default=False)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('moderator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('story', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='moderation.story')),
            ],
        ),
        migrations.CreateModel(
            name='Suggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('integration', models.CharField(choices=[('perspective', 'Perspective API'), ('coral', 'Coral'), ('akismet', 'Akismet')], max_length=16)),
                ('text', models.TextField()),
                ('digest', models.CharField(max_length=64)),
                ('rejected', models.BooleanField()),
                ('reference', models.CharField(blank=True, max_length=255)),
                ('suggested_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='moderation.apikey')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='moderation.site')),
            ],
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('moderator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='moderation.moderator')),
                ('story', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='moderation.story')),
            ],
            options={
                'verbose_name_plural': 'watches',
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=2048)),
                ('secrets', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=400), size=None)),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('disabled_at', models.DateTimeField(blank=True, null=True)),
                ('disabled_reason', models.CharField(blank=True, max_length=200)),
                ('paused_until', models.DateTimeField(blank=True, null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhook_endpoints', to='moderation.site')),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=40)),
                ('state', models.CharField(choices=[('due', 'Due'), ('sent', 'Sent'), ('dead', 'Given up'), ('withheld', 'Undone in time')], db_default='due', max_length=16)),
                ('attempts', models.PositiveSmallIntegerField(db_default=0)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('last_error', models.CharField(blank=True, db_default='', max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='moderation.decision')),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='moderation.webhookendpoint')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.CreateModel(
            name='WrongScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('moderator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('score', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wrong', to='moderation.score')),
            ],
        ),
        migrations.CreateModel(
            name='QueueEntry',
            fields=[
                ('comment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='queue_entry', serialize=False, to='moderation.comment')),
                ('received_at', models.DateTimeField()),
                ('deferred_until', models.DateTimeField(blank=True, null=True)),
                ('signals', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), blank=True, null=True, size=None)),
                ('clauses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=None)),
                ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='queue_entries', to='moderation.site')),
                ('story', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='moderation.story')),
            ],
            options={
                'verbose_name_plural': 'queue entries',
            },
        ),
        migrations.CreateModel(
            name='Callback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=2048)),
                ('guid', models.UUIDField(unique=True)),
                ('key', models.CharField(max_length=400)),
                ('fields', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('due', 'Due'), ('sent', 'Sent'), ('dead', 'Given up'), ('withheld', 'Undone in time')], db_default='due', max_length=16)),
                ('attempts', models.PositiveSmallIntegerField(db_default=0)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('last_error', models.CharField(blank=True, db_default='', max_length=300)),
                ('comment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='callback', to='moderation.comment')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'due')), fields=['due_at'], name='callback_due')],
            },
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('second_opinion', 'A second opinion'), ('senior', 'A senior moderator')], max_length=16)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalations', to='moderation.comment')),
                ('moderator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('comment', 'version', 'moderator'), name='escalation_once_per_version')],
            },
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('flagger_id', models.CharField(max_length=255)),
                ('reason', models.CharField(choices=[('abusive', 'Abusive'), ('off_topic', 'Off topic'), ('spam', 'Spam'), ('other', 'Something else')], max_length=16)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='moderation.comment')),
            ],
            options={
                'indexes': [models.Index(fields=['flagger_id', '-id'], name='flag_by_flagger')],
                'constraints': [models.UniqueConstraint(fields=('comment', 'flagger_id'), name='flag_once_per_reader')],
            },
        ),
        migrations.CreateModel(
            name='ReviewAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('audit', 'An automatic decision'), ('double', "A colleague's decision"), ('gold', 'A gold comment'), ('upheld', 'A disagreement')], max_length=16)),
                ('version', models.PositiveIntegerField()),
                ('weight', models.FloatField(db_default=1)),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='moderation.comment')),
                ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='moderation.decision')),
                ('gold', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='moderation.goldcomment')),
                ('moderator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['moderator'], name='assignment_open')],
                'constraints': [models.UniqueConstraint(fields=('moderator', 'comment'), name='assignment_once_per_person'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('decision',), name='assignment_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('body', models.TextField()),
                ('replaced_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='moderation.comment')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('comment', 'number'), name='revision_once_per_comment')],
            },
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.UniqueConstraint(fields=('comment', 'revision', 'classifier_version'), name='score_once_per_version'),
        ),
        migrations.AddIndex(
            model_name='secondreview',
            index=models.Index(fields=['site', '-id'], name='second_review_newest'),
        ),
        migrations.AddIndex(
            model_name='secondreview',
            index=models.Index(fields=['moderator', '-id'], name='second_review_by_moderator'),
        ),
        migrations.AddConstraint(
            model_name='secondreview',
            constraint=models.UniqueConstraint(condition=models.Q(('decision__isnull', False), ('taken_back_at__isnull', True)), fields=('decision', 'kind'), name='second_review_once'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(fields=('site', 'number'), name='policy_number_once_per_site'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('number__isnull', True)), fields=('site',), name='policy_one_draft_per_site'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('published_at__isnull', True)), models.Q(('number__isnull', False), ('published_at__isnull', False)), _connector='OR'), name='policy_number_means_published'),
        ),
        migrations.AddConstraint(
            model_name='moderator',
            constraint=models.UniqueConstraint(fields=('user', 'site'), name='moderator_once_per_site'),
        ),
        migrations.AddConstraint(
            model_name='goldcomment',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('comment',), name='gold_once'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['comment', 'id'], name='decision_history'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['site', 'transaction', 'id'], name='decision_feed'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('moderator__isnull', False)), fields=['moderator', '-id'], name='decision_by_moderator'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('reverses__isnull', False)), fields=['reverses'], name='decision_reversal'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('source__in', ['moderator', 'appeal', 'import'])), fields=['site', '-id'], name='decision_labels'),
        ),
        migrations.AddConstraint(
            model_name='classifierversion',
            constraint=models.UniqueConstraint(condition=models.Q(('site__isnull', False), ('state', 'live')), fields=('site',), name='classifier_one_live_per_site'),
        ),
        migrations.AddConstraint(
            model_name='author',
            constraint=models.UniqueConstraint(fields=('site', 'external_id'), name='author_once_per_site'),
        ),
        migrations.AddIndex(
            model_name='appeal',
            index=models.Index(condition=models.Q(('outcome__isnull', True)), fields=['site', 'id'], name='appeal_waiting'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome__isnull', True)), fields=('comment', 'revision'), name='appeal_one_open_per_text'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('label_weight__gte', 0), ('label_weight__lte', 1)), name='key_label_weight_is_a_share'),
        ),
        migrations.AddConstraint(
            model_name='standingchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('standing', 'suspended'), _negated=True), ('until__isnull', False), _connector='OR'), name='suspension_has_an_end'),
        ),
        migrations.AddConstraint(
            model_name='story',
            constraint=models.UniqueConstraint(fields=('site', 'external_id'), name='story_once_per_site'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('erased_at__isnull', True), ('status', 'pending')), fields=['due_at', 'id'], name='comment_due'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('erased_at__isnull', True), ('status', 'in_review')), fields=['site', '-priority', 'id'], name='comment_review_priority'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('erased_at__isnull', True), ('status', 'in_review')), fields=['site', 'id'], name='comment_review_age'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('body', 'author_name', config='simple'), condition=models.Q(('erased_at__isnull', True), ('status', 'in_review')), name='comment_review_search'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['site', 'status', '-id'], name='comment_by_status'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['story', 'id'], name='comment_thread'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['author', 'status', '-id'], name='comment_author_record'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='comment_parent'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.UniqueConstraint(fields=('site', 'external_id'), name='comment_once_per_site'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.UniqueConstraint(condition=models.Q(('idempotency_key__isnull', False)), fields=('site', 'idempotency_key'), name='comment_once_per_idempotency_key'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'in_review', 'approved', 'rejected'])), name='comment_status_is_known'),
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(fields=['site', '-id'], name='suggestion_newest'),
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(fields=['key', 'suggested_at'], name='suggestion_by_key'),
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(fields=['site', 'digest'], name='suggestion_of_text'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.UniqueConstraint(fields=('key', 'digest'), name='suggestion_once_per_key'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.UniqueConstraint(fields=('moderator', 'story'), name='watch_once'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'due')), fields=['endpoint', 'due_at', 'id'], name='delivery_due'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('endpoint', 'decision', 'event'), name='delivery_once_per_decision'),
        ),
        migrations.AddConstraint(
            model_name='wrongscore',
            constraint=models.UniqueConstraint(fields=('score', 'moderator'), name='wrong_score_once'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('deferred_until__isnull', False)), fields=['site', 'deferred_until'], name='queueentry_deferred'),
        ),
        migrations.RunSQL(DECISIONS, DROP_DECISIONS),
        migrations.RunSQL(POLICY_VERSIONS, DROP_POLICY_VERSIONS),
        migrations.RunSQL(CHANGES, DROP_CHANGES),
        migrations.RunSQL(QUEUE_ENTRIES, DROP_QUEUE_ENTRIES),
        migrations.RunSQL(SECOND_REVIEWS, DROP_SECOND_REVIEWS),
    ]
