// A reader's page: asks for the status of new comments, and keeps the text when a reader replies.
"use strict";

const PACE = { soon: 1200, later: 6000 };
const HIDDEN_FACTOR = 8; // a hidden tab asks less often
const PATIENCE = 30 * 60 * 1000; // then the page stops asking
const begun = Date.now();
let timer = 0;

function wait() {
  clearTimeout(timer);
  const pace = PACE[document.getElementById("yours")?.dataset.pace];
  if (!pace || Date.now() - begun > PATIENCE) return;
  timer = setTimeout(look, document.hidden ? pace * HIDDEN_FACTOR : pace);
}

function look() {
  const yours = document.getElementById("yours");
  if (yours) htmx.trigger(yours, "look");
  wait();
}

document.addEventListener("visibilitychange", wait);
document.addEventListener("htmx:afterSettle", wait);
document.addEventListener("DOMContentLoaded", wait);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-reply]");
  const form = document.getElementById("write");
  if (!link || !form || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  form.elements.parent.value = link.dataset.reply;
  const note = document.getElementById("answering");
  note.querySelector("bdi").textContent = link.closest(".comment").querySelector("h3 bdi").textContent;
  note.hidden = false;
  form.scrollIntoView({ block: "center" });
  form.elements.body.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#answering a")) return;
  event.preventDefault();
  document.getElementById("write").elements.parent.value = "";
  document.getElementById("answering").hidden = true;
});
