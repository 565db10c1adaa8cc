"""A day in the review room, played to its end while everything goes wrong, and then counted.

Two moderators in real browsers go through one queue by keyboard, as fast as the pages follow.
Meanwhile claims lapse, so that the two collide, the network goes and comes, answers are lost or are
500, sessions end, pages are loaded anew, the server is killed, and keys bounce and are held down.

The page itself notes each press and each answer. A press is lost when it led to no decision and
nobody was told why; a decision is doubled when a comment has two that nobody took back or
overruled.
"""

from __future__ import annotations

import contextlib
import random
import time
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page, Route
from playwright.sync_api import Error as BrowserError

from tests.stack import Stack

PASSWORD = "only-for-the-benchmark"
PATIENCE = 180  # seconds without any decision after which the room is stuck
TOLD = (409, 422, 500)  # final answers after which the moderator reads why nothing was decided
WATCH = """
(() => {
  const seen = JSON.parse(sessionStorage.seen ?? null)
    ?? { submitted: 0, repeated: 0, pressed: {}, taken: [], answers: {} };
  window.seen = seen;
  const decides = ({ clause, action }) => clause ?? (action === "approve" && action);
  const read = (text) => new Map(JSON.parse(text ?? "[]").map(({ fields }) => [fields.key, fields])
    .filter(([key, fields]) => key && decides(fields)));
  let kept = read(sessionStorage.presses);
  let undoing = false;
  const keep = Storage.prototype.setItem;
  addEventListener("pagehide", () => keep.call(sessionStorage, "seen", JSON.stringify(seen)));
  Storage.prototype.setItem = function (name, text) {
    keep.call(this, name, text);
    const now = read(text);
    for (const [key, fields] of now) if (!kept.has(key)) seen.pressed[key] = decides(fields);
    for (const key of kept.keys()) if (undoing && !now.has(key)) seen.taken.push(key);
    kept = now;
  };
  addEventListener("submit", ({ target, submitter }) => {
    undoing = target.id === "undo";
    if (submitter.name === "clause" || submitter.value === "approve") seen.submitted += 1;
  }, true);
  addEventListener("submit", () => { undoing = false; });
  addEventListener("keydown", ({ repeat, timeStamp }) => {
    if (!repeat) [window.gap, window.pressedAt] = [timeStamp - window.pressedAt, timeStamp];
  }, true);
  const send = window.fetch;
  window.fetch = async (address, options) => {
    const answer = await send(address, options);
    const key = options?.body?.get("key");
    if (key && String(address).includes("/decide/")) seen.answers[key] = answer.status;
    return answer;
  };
})();
"""
STATE = """
() => ({ pk: document.querySelector("#focus")?.dataset.pk,
  signIn: Boolean(document.querySelector("#sign-in[open]")),
  ended: Boolean(document.querySelector("#focus[data-address]:not([data-pk])")),
  notices: document.querySelectorAll("#notices [data-dismiss]").length })
"""
# At once, as the dialog may close by itself.
SIGN_IN = """
(password) => { const form = document.querySelector("#sign-in[open] form");
  if (form) { form.elements.password.value = password; form.requestSubmit(); } }
"""
# A busy machine may press twice so slowly that it is meant.
REPEATED = """
([before, bounces]) => {
  if (!bounces || window.gap < 250) seen.repeated += Math.max(0, seen.submitted - before - 1);
}
"""
MADE = """
SELECT key, status, clauses, status_before <> 'in_review' FROM moderation_decision
WHERE source = 'moderator' AND NOT starts_with(key, 'undo:') AND id > %s
"""
LAST = "SELECT coalesce(max(id), 0) FROM moderation_decision"
# Who decides a comment that is shown as decided overrules on purpose.
STANDING = """
SELECT count(*) FROM moderation_decision made WHERE source = 'moderator' AND key NOT LIKE 'undo:%'
AND status_before = 'in_review' AND NOT EXISTS (
    SELECT 1 FROM moderation_decision back WHERE back.reverses_id = made.id)
GROUP BY comment_id
"""
WAITING = "SELECT count(*) FROM moderation_comment WHERE status = 'in_review'"
DECIDED = "SELECT count(*) FROM moderation_decision WHERE source = 'moderator'"


@dataclass
class Desk:
    """One moderator's browser, and what its pages noted."""

    stack: Stack
    context: BrowserContext
    page: Page
    name: str
    chance: random.Random
    offline: int = 0  # turns until the network is back

    def open(self, path: str = "") -> None:
        """Load the page anew, or another one of the room."""
        self.connect()
        self.stack.wait_for_web()
        if path:
            self.page.goto(path)
        else:
            self.page.reload()

    def connect(self, offline: int = 0) -> None:
        """Take the network away for some turns, or give it back."""
        if bool(self.offline) != bool(offline):
            self.context.set_offline(bool(offline))
        self.offline = offline

    def unsaved(self) -> bool:
        """Tell whether presses are on their way; so it seems where no page of the room is open."""
        try:
            return self.page.evaluate("sessionStorage.presses") not in (None, "[]")
        except BrowserError:
            return True

    def is_lost(self) -> bool:
        """Tell whether a link was followed while there was no network, or no server."""
        return self.page.url.startswith("chrome-error")

    def turn(self) -> None:
        """Do what a moderator does next: press, sign in again, or look for more."""
        if self.offline:
            self.connect(self.offline - 1)
        if self.is_lost():
            self.open("/review/bench/next/")
        state = self.page.evaluate(STATE)
        if "/accounts/login/" in self.page.url:
            sign_in(self.page, self.name)
        elif state["signIn"]:
            self.page.evaluate(SIGN_IN, PASSWORD)
            self.page.wait_for_timeout(200)
        elif state["pk"]:
            self.press()
            if state["notices"] > 3:
                self.page.evaluate("document.querySelector('#notices [data-dismiss]').click()")
        elif state["ended"] and not self.unsaved():
            self.open("/review/bench/next/?again")
        else:
            self.page.wait_for_timeout(20)

    def press(self) -> None:
        """Press something; decisions are the most of it."""
        keyboard = self.page.keyboard
        kinds = ("approve", "reject", "hold", "bounce", "skip", "undo", "overturn", "look")
        match self.chance.choices(kinds, (45, 35, 4, 4, 4, 5, 2, 1))[0]:
            case "reject":
                keyboard.press("r")
                keyboard.press(str(self.chance.randint(1, 5)))
            case "hold" | "bounce" as kind:
                self.press_for_too_long(bounces=kind == "bounce")
            case other:
                single = {"approve": "a", "skip": "s", "undo": "u", "overturn": "o", "look": "j"}
                keyboard.press(single[other])

    def press_for_too_long(self, *, bounces: bool) -> None:
        """Press a key so that it comes several times; more than one press of them is noted."""
        before = self.page.evaluate("seen.submitted")
        for _ in range(2 if bounces else self.chance.randint(2, 8)):
            self.page.keyboard.down("a")
            if bounces:
                self.page.keyboard.up("a")
        self.page.keyboard.up("a")
        self.page.evaluate(REPEATED, [before, bounces])


def sign_in(page: Page, name: str) -> None:
    """Enter by the page for it."""
    page.fill("main [name=login]", f"{name}@bench.example")
    page.fill("main [name=password]", PASSWORD)
    page.keyboard.press("Enter")


def trouble(desk: Desk) -> None:
    """Break something, now and then."""
    kinds = ("lapse", "offline", "fail", "lose", "reload", "sign out", "kill", "nothing")
    match desk.chance.choices(kinds, (10, 10, 10, 10, 3, 1, 0.5, 955.5))[0]:
        case "lapse":
            desk.stack.sql(
                "UPDATE moderation_comment SET claimed_until = NULL, claimed_by_id = NULL"
            )
        case "offline":
            desk.connect(desk.chance.randint(1, 12))
        case "fail":
            status = desk.chance.choice((500, 503))
            desk.page.route("**/decide/*", lambda route: fail(route, status), times=2)
        case "lose":
            desk.page.route("**/decide/*", lose_the_answer, times=1)
        case "reload":
            desk.open()
        case "sign out":
            desk.stack.sql("DELETE FROM django_session")
        case "kill":
            desk.stack.kill("web")
            desk.stack.start("web")


def fail(route: Route, status: int) -> None:
    """Refuse without asking the server."""
    with contextlib.suppress(BrowserError):  # the page may be away itself
        route.fulfill(status=status, body="")


def lose_the_answer(route: Route) -> None:
    """Let the server decide, and lose what it says."""
    for step in (route.fetch, route.abort):
        with contextlib.suppress(BrowserError):  # the server or the page may be away itself
            step()


def work(desks: list[Desk], stack: Stack) -> None:
    """Go on until nothing waits or is unsaved; raise TimeoutError when that stands still."""
    decided, since = 0, time.monotonic()
    for number in range(10**9):
        for desk in desks:
            # A page that went away in the middle is looked at anew.
            with contextlib.suppress(BrowserError):
                trouble(desk)
                desk.turn()
        if number % 25:
            continue
        if stack.processes["web"].poll() is not None:
            # The port of the one that was killed was not free yet; elsewhere a supervisor does it.
            stack.start("web")
        if not stack.sql(WAITING)[0][0] and not any(desk.unsaved() for desk in desks):
            return
        now = stack.sql(DECIDED)[0][0]
        if now != decided:
            decided, since = now, time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            states = [(desk.page.url, desk.page.inner_text("main")[:400]) for desk in desks]
            raise TimeoutError(f"{stack.sql(WAITING)[0][0]} wait, nothing moves: {states}")


def play(
    stack: Stack, desks: dict[str, tuple[BrowserContext, Page]], seed: int
) -> dict[str, float]:
    """Play the day through at desks that are open already; returns what was counted."""
    people = [
        Desk(stack, context, page, name, random.Random(f"{seed} {name}"))
        for name, (context, page) in desks.items()
    ]
    for desk in people:
        # A page with unsaved presses asks before it is left.
        desk.page.on("dialog", lambda dialog: dialog.accept())
        desk.page.set_default_timeout(10_000)
    started, last = time.monotonic(), stack.sql(LAST)[0][0]
    work(people, stack)
    seconds = time.monotonic() - started
    return {
        **count([desk.page.evaluate("seen") for desk in people], stack, last),
        "seconds": seconds,
    }


def count(desks: list[dict], stack: Stack, last: int) -> dict[str, float]:
    """Compare what the pages saw pressed with what was decided after the decision `last`."""
    rows = stack.sql(MADE, last)
    made = {key: (status, clauses) for key, status, clauses, _ in rows}
    pressed = {key: wanted for seen in desks for key, wanted in seen["pressed"].items()}
    answers = {key: status for seen in desks for key, status in seen["answers"].items()}
    taken = {key for seen in desks for key in seen["taken"]}
    told = {key for key in pressed if key not in made and answers.get(key) in TOLD}
    lost = set(pressed) - set(made) - taken - told
    for key in lost:
        print(f"lost: {key} ({pressed[key]}), the last answer was {answers.get(key)}")
    submitted = sum(seen["submitted"] for seen in desks)
    kept = [key for key in pressed if not key.endswith("-o")]  # a notice's button is no form
    return {
        "decisions pressed": len(pressed),
        "decisions made": len(made),
        "of these, overruling one that is shown": sum(row[3] for row in rows),
        "taken back before they were sent": len(taken),
        "told why nothing was decided": len(told),
        "lost": len(lost) + submitted - len(kept),
        "doubled": sum(number - 1 for (number,) in stack.sql(STANDING)),
        "more than one by a key held or bounced": sum(seen["repeated"] for seen in desks),
        "decided, but nobody pressed it": len(set(made) - set(pressed)),
        "decided otherwise than pressed": sum(
            made[key] != decision_of(pressed[key]) for key in set(pressed) & set(made)
        ),
        "taken back and decided all the same": len(taken & set(made)),
        "left undecided": stack.sql(WAITING)[0][0],
    }


def decision_of(wanted: str) -> tuple[str, list[str]]:
    """Return status and clauses that a press should lead to."""
    return ("approved", []) if wanted == "approve" else ("rejected", [wanted])
