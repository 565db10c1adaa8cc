// In the list, J and K go down and up.

document.addEventListener("keydown", (event) => {
  const meant = event.ctrlKey || event.metaKey || event.altKey;
  if (meant || event.isComposing || event.target.closest("input, textarea, select")) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (!step) return;
  const rows = [...document.querySelectorAll("#queue .excerpt")];
  const next = rows.indexOf(document.activeElement) + step;
  rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
});
