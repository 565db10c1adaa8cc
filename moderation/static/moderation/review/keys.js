// Keys: each presses a button or link that is on the page.

const BOUNCE = 250; // milliseconds in which the same key again is the same press

export const find = (selector) => document.querySelector(selector);
let last = { key: "", at: 0 };

// A key is ours when nobody writes, holds it down, composes a letter or means a shortcut.
function isOurs(event) {
  const field = event.target.closest?.("input, textarea, select, [contenteditable]");
  const meant = event.ctrlKey || event.metaKey || event.altKey;
  return !(field || meant || event.repeat || event.isComposing || event.keyCode === 229);
}

// What is pressed twice within a blink was meant once: the next comment has not been read yet.
function isBounce(key, target) {
  const now = performance.now();
  const again = key === last.key && now - last.at < BOUNCE;
  last = { key, at: now };
  return again && target.matches("button");
}

export function closeSheets(within = document, besides = null) {
  for (const sheet of within.querySelectorAll(".bar details[open]")) {
    if (sheet !== besides) sheet.open = false;
  }
}

function openSheet(summary) {
  const sheet = summary.parentElement;
  closeSheets(document, sheet);
  sheet.open = true;
  const wanted = [".held", "textarea, .clause"].map((each) => sheet.querySelector(each));
  wanted.find(Boolean)?.focus({ preventScroll: true });
}

function targetOf(key) {
  const rejecting = find(".reject[open]");
  if (rejecting && /^[1-9]$/.test(key)) return rejecting.querySelector(`[data-clause="${key}"]`);
  const able = `[data-key="${CSS.escape(key)}"]:not([hidden], :disabled)`;
  return find(able);
}

function onKey(event) {
  if (find("dialog[open]")) return;
  if (event.key === "Escape") {
    const open = find(".bar details[open]");
    closeSheets();
    open?.querySelector("summary").focus({ preventScroll: true });
  }
  if (!isOurs(event)) return;
  const key = event.key.toLowerCase();
  const target = targetOf(key);
  if (!target) return;
  event.preventDefault();
  if (isBounce(key, target)) return;
  if (target.matches("[data-opens]")) openSheet(target);
  else target.click();
}

function onClick(event) {
  // The second half of a double click would meet the next comment.
  if (event.detail > 1 && event.target.closest("#decide button, [form=undo]")) {
    event.preventDefault();
    return;
  }
  if (event.target.closest("[data-help]")) find("#keys").showModal();
  closeSheets(document, event.target.closest(".bar details"));
}

export function listen() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick, true);
}
