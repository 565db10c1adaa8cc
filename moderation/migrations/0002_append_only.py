"""Decisions and published policies cannot be rewritten, whoever tries."""

from django.db import migrations

DECISIONS_FORWARD = """
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
DECISIONS_BACKWARD = """
DROP TRIGGER decision_is_final ON moderation_decision;
DROP FUNCTION moderation_decision_is_final();
"""
POLICIES_FORWARD = """
CREATE FUNCTION moderation_policy_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.number IS NOT NULL
       AND (OLD.site_id, OLD.number, OLD.document, OLD.published_at)
           IS DISTINCT FROM (NEW.site_id, NEW.number, NEW.document, NEW.published_at)
    THEN
        RAISE EXCEPTION 'policy % is published: publish a new version instead', OLD.number;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_is_final BEFORE UPDATE ON moderation_policy
    FOR EACH ROW EXECUTE FUNCTION moderation_policy_is_final();
"""
POLICIES_BACKWARD = """
DROP TRIGGER policy_is_final ON moderation_policy;
DROP FUNCTION moderation_policy_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]
    operations = [
        migrations.RunSQL(DECISIONS_FORWARD, DECISIONS_BACKWARD),
        migrations.RunSQL(POLICIES_FORWARD, POLICIES_BACKWARD),
    ]
