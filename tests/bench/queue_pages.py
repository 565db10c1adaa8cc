"""The review queue at one million comments: the list at any depth, and the next comment.

The rows are made by SQL, a tenth of them in review. Each page is asked for through the selectors
that the review pages use; EXPLAIN shows that the partial indexes serve them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

from tests.stack import ROOT, Stack

FILL = """
INSERT INTO moderation_story (site_id, external_id, url, title, body, section, state)
SELECT %(site)s, 'story-' || n, '', 'Story ' || n, '', (ARRAY['news','sport','culture'])[1+n%%3],
       'open' FROM generate_series(1, 2000) n;
INSERT INTO moderation_author (site_id, external_id, name)
SELECT %(site)s, 'author-' || n, 'Author ' || n FROM generate_series(1, 50000) n;
INSERT INTO moderation_comment (site_id, story_id, author_id, external_id, fingerprint,
    author_name, body, submitted_at, received_at, status, priority)
SELECT %(site)s,
       (SELECT min(id) FROM moderation_story) + n %% 2000,
       (SELECT min(id) FROM moderation_author) + (n::bigint * 7919) %% 50000,
       'c-' || n, '\\x00', 'Author ' || n %% 50000,
       'The council should read its own report again, number ' || n || ', before it votes on '
       || (ARRAY['bridges','ferries','harbours','schools','budgets'])[1 + n %% 5]
       || '. ' || repeat('It says plainly what it costs and who pays. ', 5),
       now() - make_interval(secs => %(rows)s - n), now() - make_interval(secs => %(rows)s - n),
       CASE WHEN n %% 10 = 0 THEN 'pending' WHEN n %% 10 = 1 THEN 'rejected' ELSE 'approved' END,
       random()
FROM generate_series(1, %(rows)s) n;
INSERT INTO moderation_classifierversion (name, state, digest, report, verdict)
VALUES ('bench', 'live', '', '{}', '');
INSERT INTO moderation_score (comment_id, revision, classifier_version_id, signals)
SELECT id, 1, (SELECT max(id) FROM moderation_classifierversion),
       jsonb_build_object('toxicity', random(), 'insult', random(), 'threat', random() / 3,
           'profanity', random(), 'spam', random() / 2, 'off_topic', random())
FROM moderation_comment WHERE status = 'pending';
INSERT INTO moderation_decision (site_id, comment_id, revision, version, status_before, status,
    source, policy_id, clauses, reasons, note)
SELECT site_id, id, 1, 1, 'pending', 'in_review', 'policy',
       (SELECT max(id) FROM moderation_policyversion),
       ARRAY[(ARRAY['no-abuse','on-topic','no-spam','substance'])[1 + id %% 4]], '[]', ''
FROM moderation_comment WHERE status = 'pending';
UPDATE moderation_comment SET status = 'in_review' WHERE status = 'pending';
"""


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Fill a scratch database, then measure in a process of its own; returns the figures."""
    parser = argparse.ArgumentParser(prog="queue_pages", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    with Stack.scratch(durable=False) as stack:
        stack.manage("create_site", "bench", "Bench")
        site = stack.sql("SELECT id FROM moderation_site")[0][0]
        started = time.perf_counter()
        for statement in FILL.split(";\n"):
            if statement.strip():
                stack.sql(statement % {"site": site, "rows": options.rows})
        stack.sql("VACUUM ANALYZE")
        print(f"{options.rows:,} comments made in {time.perf_counter() - started:.0f} s")
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.queue_reader"],
            cwd=ROOT,
            env={**stack.environment, "PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        print(done.stdout, end="")
        if done.returncode:
            raise RuntimeError(done.stderr)
    return {
        name.strip(): float(value.replace(",", ""))
        for name, value in (
            line.rsplit(maxsplit=1) for line in done.stdout.splitlines() if " p95 ms " in line
        )
    }


if __name__ == "__main__":
    main()
