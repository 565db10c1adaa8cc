"""The review room in real browsers: how quick it is, and whether anything that is pressed is lost.

One moderator goes through comments without faults, at the pace of a quick hand: that gives the
times. Then two go through a day's comments to the end, with everything that goes wrong
(review_shift).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import time

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench import review_shift
from tests.stack import Stack

PEOPLE = ("mona", "owen")
SIZE = {"width": 1280, "height": 860}
GAP = 0.27  # seconds between two presses: the same key sooner counts as a bounce
FILL = """
INSERT INTO moderation_story (site_id, external_id, url, title, body, section, state)
SELECT min(id), 'bridge', '', 'The second bridge over the harbour', repeat('The council wants to
know what a second bridge would cost, and who would pay for it. ', 40), 'City', 'premoderated'
FROM moderation_site;
INSERT INTO moderation_author (site_id, external_id, name)
SELECT (SELECT min(id) FROM moderation_site), 'author-' || n, 'Author ' || n
FROM generate_series(1, 500) n;
INSERT INTO moderation_comment (site_id, story_id, author_id, external_id, fingerprint,
    author_name, body, submitted_at)
SELECT (SELECT min(id) FROM moderation_site), (SELECT min(id) FROM moderation_story),
       (SELECT min(id) FROM moderation_author) + n %% 500, 'c-' || n, '\\x00',
       'Author ' || n %% 500, 'Number ' || n || ': the council should read its own report, you '
       || 'clowns, before it votes on the bridge. '
       || repeat('It says plainly what it costs and who pays. ', 1 + n %% 8), now()
FROM generate_series(1, %d) n
"""
SET_PASSWORD = (
    "from django.contrib.auth import get_user_model as users\n"
    "for user in users().objects.all(): user.set_password({!r}); user.save()"
)
# In the page: when the next comment was painted, and what the browser measures.
WATCH = """
(() => {
  const seen = { paints: [], acks: [], shifts: 0, events: [], lcp: 0 };
  window.seen = seen;
  addEventListener("keydown", (event) => {
    const before = document.querySelector("#focus");
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const after = document.querySelector("#focus");
        const isNew = after !== before && after.dataset.pk;
        if (isNew) seen.paints.push(performance.now() - event.timeStamp);
      };
      port2.postMessage(0);
    });
  }, true);
  const watch = (type, note, options) => new PerformanceObserver((list) =>
    list.getEntries().forEach(note)).observe({ type, buffered: true, ...options });
  watch("layout-shift", (each) => { seen.shifts += each.value; });
  watch("event", (each) => { if (each.interactionId) seen.events.push(each.duration); },
    { durationThreshold: 16 });
  watch("largest-contentful-paint", (each) => { seen.lcp = each.startTime; });
  watch("resource", (each) => {
    if (each.name.includes("/decide/")) seen.acks.push(each.duration);
  });
})();
"""


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Run it and print the table; returns the figures by name."""
    parser = argparse.ArgumentParser(prog="review_room", description=__doc__)
    parser.add_argument("--comments", type=int, default=2000, help="of a day, under faults")
    parser.add_argument("--timed", type=int, default=200, help="presses without faults")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with Stack.scratch(durable=False) as stack, sync_playwright() as playwright:
        fill(stack, options.comments + options.timed)
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        figures = work_in_peace(browser, stack, options.timed) if options.timed else {}
        if options.comments:
            desks = {name: enter(browser, stack, name, review_shift.WATCH) for name in PEOPLE}
            figures |= review_shift.play(stack, desks, options.seed)
        browser.close()
    for name, value in figures.items():
        print(f"{name:<44} {value:10,.2f}")
    return figures


def fill(stack: Stack, comments: int) -> None:
    """Make a site with so many scored comments that wait for a person, and two moderators."""
    stack.manage("create_site", "bench", "Bench")
    # A second review is no decision: here each press must be one.
    stack.sql("UPDATE moderation_site SET audit_share = 0, double_share = 0")
    for name in PEOPLE:
        stack.manage("create_moderator", "bench", f"{name}@bench.example", "--name", name.title())
    stack.manage("shell", "--command", SET_PASSWORD.format(review_shift.PASSWORD))
    for statement in (FILL % comments).split(";\n"):
        stack.sql(statement)
    stack.start("worker")
    stack.notify()
    deadline = time.monotonic() + 120
    while stack.sql("SELECT 1 FROM moderation_comment WHERE status = 'pending' LIMIT 1"):
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not score the comments within two minutes")
        time.sleep(0.2)
    stack.kill("worker")
    stack.start("web")
    stack.wait_for_web()


def enter(browser: Browser, stack: Stack, name: str, script: str) -> tuple[BrowserContext, Page]:
    """Sign in and open the room, with the first comments ahead and a script that watches."""
    context = browser.new_context(base_url=f"http://localhost:{stack.port}", viewport=SIZE)
    context.add_init_script(script)
    page = context.new_page()
    page.goto("/accounts/login/?next=/review/bench/next/")
    review_shift.sign_in(page, name)
    page.wait_for_selector("#decide")
    page.wait_for_load_state("networkidle")
    return context, page


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other, as a quick hand does."""
    for key in keys:
        page.keyboard.press(key)
        time.sleep(GAP)


def settle(page: Page) -> dict:
    """Wait until nothing is unsaved; return what was seen."""
    page.wait_for_function("[undefined, '[]'].includes(sessionStorage.presses)", timeout=60_000)
    return page.evaluate("seen")


def work_in_peace(browser: Browser, stack: Stack, presses: int) -> dict[str, float]:
    """One moderator, no faults: how long each press takes to show and to be saved."""
    context, page = enter(browser, stack, "mona", WATCH)
    page.goto("/review/bench/next/")  # opened anew: the password's check is no part of the page
    page.wait_for_load_state("networkidle")
    weight = page.evaluate(
        "[...performance.getEntriesByType('resource'),"
        " ...performance.getEntriesByType('navigation')]"
        ".filter((each) => !each.name.includes('/ahead/'))"
        ".reduce((sum, each) => sum + each.encodedBodySize, 0)"
    )
    shifts = page.evaluate("seen.shifts")
    for number in range(presses):
        press(page, *(("r", "1") if number % 3 == 0 else ("a",)))
    seen = settle(page)
    context.close()
    events = sorted(seen["events"]) or [0.0]
    return {
        "key to next comment painted p50 ms": statistics.median(seen["paints"]),
        "key to next comment painted p95 ms": quantile(seen["paints"], 0.95),
        "decision acknowledged p50 ms": statistics.median(seen["acks"]),
        "decision acknowledged p95 ms": quantile(seen["acks"], 0.95),
        "interaction to next paint p98 ms": quantile(events, 0.98),
        "largest contentful paint ms": seen["lcp"],
        "layout shift at opening": shifts,
        "layout shift in all decisions": seen["shifts"] - shifts,
        "page with scripts and styles kB": weight / 1000,
        "presses timed": len(seen["paints"]),
    }


def quantile(values: list[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
