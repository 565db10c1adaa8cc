// In the list, J and K go down and up.

import { isOurs } from "./keys.js";

document.addEventListener("keydown", (event) => {
  if (!isOurs(event)) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (!step) return;
  const rows = [...document.querySelectorAll("#queue .excerpt")];
  const next = rows.indexOf(document.activeElement) + step;
  rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
});
