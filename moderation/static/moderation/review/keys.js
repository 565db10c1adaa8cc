// Keys: each presses a button or link that is on the page.

const BOUNCE = 250; // milliseconds in which the same key again is the same press

export const find = (selector) => document.querySelector(selector);
let last = { key: "", at: 0 };

// A key is ours when nobody writes, holds it down, composes a letter or means a shortcut.
export function isOurs(event) {
  const field = event.target.closest?.("input, textarea, select, [contenteditable]");
  const meant = event.ctrlKey || event.metaKey || event.altKey;
  return !(field || meant || event.repeat || event.isComposing || event.keyCode === 229);
}

// Twice within a blink was meant once: nobody has read the next comment yet.
function isBounce(key, target, now) {
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
  const sheet = find(".bar details[open]");
  if (sheet && /^[1-9]$/.test(key)) return sheet.querySelector(`[data-digit="${key}"]`);
  return find(`[data-key="${CSS.escape(key)}"]:not([hidden], :disabled)`);
}

function onKey(event) {
  const key = event.key.toLowerCase();
  const dialog = find("dialog[open]");
  if (dialog) {
    if (isOurs(event) && key === dialog.dataset.closes) dialog.close();
    return;
  }
  if (key === "escape") {
    const open = find(".bar details[open]");
    closeSheets();
    open?.querySelector("summary").focus({ preventScroll: true });
  }
  const target = isOurs(event) && !find(".without-keys") && targetOf(key);
  if (!target) return;
  event.preventDefault();
  if (isBounce(key, target, event.timeStamp)) return;
  if (target.matches("[data-opens]")) openSheet(target);
  else target.click();
}

function onClick(event) {
  // The second half of a double click would meet the next comment.
  if (event.detail > 1 && event.target.closest("#decide button, [form=undo]")) {
    event.preventDefault();
    return;
  }
  const shows = event.target.closest("[data-shows]");
  if (shows) find(shows.dataset.shows).showModal();
  closeSheets(document, event.target.closest(".bar details"));
}

// Buttons that only work with scripts.
export function unhide(within = document) {
  for (const button of within.querySelectorAll("[data-shows]")) button.hidden = false;
}

export function listen() {
  unhide();
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick, true);
}
