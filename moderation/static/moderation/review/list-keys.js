// In the list, J and K move down and up, X ticks the current comment.

import { isOurs } from "./keys.js";

document.addEventListener("keydown", (event) => {
  if (!isOurs(event)) return;
  const key = event.key.toLowerCase();
  const here = document.activeElement;
  if (key === "x") here.closest(".queue-item")?.querySelector("[name=chosen]")?.click();
  const step = { j: 1, k: -1 }[key];
  if (!step) return;
  const rows = [...document.querySelectorAll("#queue .excerpt")];
  const next = rows.indexOf(here) + step;
  rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
});
