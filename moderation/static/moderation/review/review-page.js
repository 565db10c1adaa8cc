// The review page: it shows the next comment at once, and saves decisions in the background.

import { ask, toElement } from "./server.js";
import { closeSheets, find, listen, unhide } from "./keys.js";
import { Line } from "./next-comments.js";
import { message } from "./messages.js";
import { Outbox } from "./outbox.js";
import { SignIn } from "./sign-in.js";

const REMEMBERED = 20; // decisions whose comments stay at hand
const SOON = 400; // milliseconds that saving may take unmentioned
const [BEAT, AWAY] = [60_000, 600_000]; // milliseconds
const round = find("#round");
const by = round.dataset.by;
const undoing = find("#undo");
const past = []; // { key, card } of the last decisions
let older = find("[form=undo]")?.value; // the decision before those
let looking = false;
let mention = 0;
let active = Date.now();

const shown = () => find("#focus");
const isWaiting = (card) => card.dataset.status === "in_review";
const isIdle = () => !shown().dataset.pk;
const nameOf = (card) =>
  card?.querySelector("#who bdi")?.textContent.slice(0, 40) ?? message("anonymous");

function say(text, { next = null, trouble = false } = {}) {
  const line = find("#status");
  line.textContent = next ? message("next", { message: text, name: nameOf(next) }) : text;
  line.classList.toggle("trouble", trouble);
}

function show(card, text, options) {
  closeSheets(shown());
  shown().replaceWith(card);
  for (const button of card.querySelectorAll("[form=undo]")) button.hidden = !canUndo();
  unhide(card);
  if (card.dataset.address) {
    history.replaceState(null, "", card.dataset.address);
    document.title = card.dataset.title;
  }
  say(text, options);
  scrollTo(0, 0);
  card.querySelector("#who").focus({ preventScroll: true });
}

const canUndo = () => Boolean(past.length || older);
const spare = (id) => document.importNode(find(id).content.firstElementChild, true);

function advance(text) {
  const next = line.next();
  show(next ?? spare("#between"), text, { next });
  line.fill();
}

function leave(card) {
  if (card.dataset.pk && isWaiting(card)) line.putFirst(card);
}

function notify(text, { overturn, address } = {}) {
  const notice = spare("#notice");
  notice.querySelector("p").textContent = text;
  const [button, link] = notice.querySelectorAll(".row > *");
  if (overturn) {
    button.addEventListener("click", overturn);
    link.href = address;
  } else {
    button.remove();
    link.remove();
  }
  notice.addEventListener("click", (event) => event.target.closest("button") && notice.remove());
  find("#notices").append(notice);
}

// A comment whose decision was not saved comes next; the comment on the screen stays there.
function comeBack(card, reason) {
  if (isIdle()) return show(card, reason, { trouble: true });
  line.putFirst(card);
  notify(message("again", { reason, name: nameOf(card) }));
}

function forget(press) {
  const place = past.findIndex((each) => each.key === press.fields.key);
  return place < 0 ? null : past.splice(place, 1)[0].card;
}

function remember(key, card) {
  past.push({ key, card });
  if (past.length > REMEMBERED) past.shift();
}

function toggle(button) {
  const wrong = button.value === "wrong";
  button.value = wrong ? "right" : "wrong";
  button.ariaPressed = String(wrong);
  say(message(wrong ? "noted" : "note_removed"));
}

function decide(form, button) {
  const card = shown();
  const fields = { ...Object.fromEntries(new FormData(form, button)), by };
  delete fields.csrfmiddlewaretoken;
  const times = (form.dataset.presses = Number(form.dataset.presses ?? 0) + 1);
  if (times > 1) fields.key += `-${times}`;
  outbox.add({ address: form.getAttribute("action"), pk: Number(card.dataset.pk), fields });
  if (button.matches(".score-feedback")) return toggle(button);
  if (!fields.action || fields.action === "approve") remember(fields.key, card);
  advance(button.dataset.message);
}

function undo() {
  const last = past.pop();
  const address = undoing.getAttribute("action");
  if (!last) {
    if (older) outbox.add({ address, pk: 0, fields: { decision: older, show: 1, by } });
    older = "";
    return;
  }
  leave(shown());
  show(last.card, message("undone"));
  if (outbox.takeBack(last.key)) return;
  outbox.add({ address, pk: Number(last.card.dataset.pk), fields: { key: last.key, by } });
}

async function look(link) {
  if (looking) return;
  looking = true;
  const from = shown();
  const { data } = await ask(link.href).catch(() => ({ data: {} }));
  looking = false;
  if (shown() !== from) return;
  if (!data.html) {
    return say(data.message ?? message("no_answer"), { trouble: !data.message });
  }
  const card = toElement(data.html);
  leave(from);
  line.drop(Number(card.dataset.pk));
  show(card, "");
}

function saved(press, data) {
  if ("undoable" in data) older = data.undoable;
  if (data.html) {
    leave(shown());
    show(toElement(data.html), data.message);
  } else if (data.version && Number(shown().dataset.pk) === data.pk) {
    find("#decide [name=version]").value = data.version;
  }
}

function late(press, data) {
  const card = forget(press);
  if (data.html) return comeBack(toElement(data.html), data.message);
  const wanted = press.fields.clause ? "rejected" : "approved";
  if (!data.version || data.status === wanted) return notify(data.message);
  notify(message("changed_nothing", { reason: data.message, name: nameOf(card) }), {
    address: press.address.replace("decide/", ""),
    overturn: () => {
      const key = `${press.fields.key}-o`;
      if (card) remember(key, card);
      outbox.add({ ...press, tried: 0, fields: { ...press.fields, version: data.version, key } });
      say(message("overruled"));
    },
  });
}

function refused(press, status, data) {
  const reason = data.message ?? message(status === 404 ? "gone" : "failed");
  const card = forget(press);
  const again = data.html ? toElement(data.html) : status >= 500 && card;
  if (again) comeBack(again, reason);
  else notify(reason);
}

function changed(size) {
  const saving = find("#saving");
  saving.textContent = message("saving", { count: size });
  clearTimeout(mention);
  mention = 0;
  if (!size) saving.hidden = true;
  else if (saving.hidden) mention = setTimeout(() => (saving.hidden = false), SOON);
  if (!size && find("#status").classList.contains("trouble")) say(message("saved"));
  if (!size && isIdle()) line.fill();
}

function trouble() {
  find("#saving").hidden = false;
  say(message("retrying"), { trouble: true });
}

function came(answer) {
  outbox.token = answer.token;
  find("#waiting").innerHTML = answer.waiting;
  if (!isIdle()) return;
  const next = line.next();
  if (next) show(next, find("#status").textContent, { next });
  else if (answer.empty && !outbox.size) show(toElement(answer.empty), find("#status").textContent);
}

const expired = (token) => signIn.open(token);
const have = () => [...outbox.comments, Number(shown().dataset.pk), ...line.comments].filter(Boolean);
const line = new Line(round.dataset.ahead, { have, came, expired });
const token = undoing.elements.csrfmiddlewaretoken.value;
const outbox = new Outbox(by, token, { changed, saved, late, refused, trouble, expired });
const signIn = new SignIn(round.dataset.here, (fresh) => {
  outbox.resume(fresh);
  line.fill();
});

// Keeps an open page's comments.
async function beat() {
  if (document.hidden || Date.now() - active > AWAY) return;
  const fields = { held: [Number(shown().dataset.pk), ...line.comments].join(",") };
  const { data } = await ask(round.dataset.here, { fields, token: outbox.token });
  if (!data.lapsed) return;
  find("#here").innerHTML = data.here;
  data.lapsed.map((pk) => line.drop(pk));
  if (data.rest) notify(data.rest);
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "decide" && event.target.id !== "undo") return;
  event.preventDefault();
  if (event.target.id === "undo") undo();
  else decide(event.target, event.submitter);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-look]");
  if (!link) return;
  event.preventDefault();
  look(link);
});
addEventListener("beforeunload", (event) => {
  if (outbox.size) event.preventDefault();
});

for (const type of ["keydown", "click"]) addEventListener(type, () => (active = Date.now()));
setInterval(() => beat().catch(() => {}), BEAT);
listen();
if (document.activeElement === document.body) find("#who").focus({ preventScroll: true });
outbox.resume();
if (!isIdle()) line.fill();
