// Keys and messages of the review room. Everything it does can be done without it.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const status = () => find("#status");

  function say(text, trouble = false) {
    const line = status();
    if (!line) return;
    line.textContent = text;
    line.classList.toggle("trouble", trouble);
  }

  // A key is ours when nobody writes, holds it down, composes a letter or means a shortcut.
  function isOurs(event) {
    const field = event.target.closest?.("input, textarea, select, [contenteditable]");
    const meant = event.ctrlKey || event.metaKey || event.altKey;
    return !(field || meant || event.repeat || event.isComposing || event.keyCode === 229);
  }

  function openSheet(selector, ...focus) {
    const sheet = find(selector);
    if (!sheet) return;
    closeSheets(sheet);
    sheet.open = true;
    focus.map((wanted) => sheet.querySelector(wanted)).find(Boolean)?.focus({ preventScroll: true });
  }

  function closeSheets(besides) {
    for (const sheet of document.querySelectorAll("#decide details[open]")) {
      if (sheet !== besides) sheet.open = false;
    }
  }

  function press(key) {
    const rejecting = find("#decide .reject[open]");
    if (rejecting && /^[1-9]$/.test(key)) return rejecting.querySelector(`[data-clause="${key}"]`);
    return document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  function moveInList(step) {
    const rows = [...document.querySelectorAll("#queue .excerpt")];
    const here = rows.indexOf(document.activeElement);
    rows[Math.max(0, Math.min(rows.length - 1, here + step))]?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (find("dialog[open]")) return;
    if (event.key === "Escape") {
      const open = find("#decide details[open]");
      closeSheets();
      open?.querySelector("summary").focus({ preventScroll: true });
      return;
    }
    if (!isOurs(event)) return;
    const key = event.key.toLowerCase();
    if (find("#queue") && (key === "j" || key === "k")) return moveInList(key === "j" ? 1 : -1);
    const target = press(key);
    if (!target || target.disabled) return;
    event.preventDefault();
    if (key === "r") openSheet("#decide .reject", ".clause.held", ".clause");
    else if (key === "n") openSheet("#decide .noting", "textarea");
    else target.click();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) find("#keys")?.showModal();
    const sheet = event.target.closest("#decide details");
    closeSheets(sheet);
  });

  function showHelpButton() {
    for (const button of document.querySelectorAll("[data-help]")) button.hidden = false;
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "focus") return;
    showHelpButton();
    status()?.classList.remove("trouble");
    window.scrollTo(0, 0);
    find("#who")?.focus({ preventScroll: true });
  });

  // Nothing that was pressed may vanish without a word; pressing again is safe, the key is the same.
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      if (event.detail.xhr?.status === 401) return;
      say("Not saved: the server did not answer as it should. Press again.", true);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    showHelpButton();
    if (find("#focus") && document.activeElement === document.body) find("#who")?.focus();
  });
})();
