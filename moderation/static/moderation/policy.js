// The policy editor: keeps open rows open, offers the comparisons for a fact, warns before a loss.
"use strict";

const SUIT = {
  signal: ["at_least", "at_most"],
  count: ["at_least", "at_most", "is", "is_not"],
  number: ["at_least", "at_most"],
  yes_no: ["is", "is_not"],
  text: ["is", "is_not", "one_of"],
  pattern: ["matches"],
};
const KEPT = `open:${location.pathname}`;
const form = document.getElementById("policy");
let changed = false;

function suit(condition) {
  const fact = condition.querySelector(".fact");
  const comparison = condition.querySelector(".comparison");
  const kind = fact.selectedOptions[0]?.dataset.kind;
  if (!kind) return;
  for (const option of comparison.options) option.hidden = option.disabled = !SUIT[kind].includes(option.value);
  if (comparison.selectedOptions[0]?.disabled) comparison.value = SUIT[kind][0];
  const value = condition.querySelector(".value");
  value.placeholder = form.getAttribute(`data-example-${kind}`);
  value.inputMode = ["signal", "count", "number"].includes(kind) ? "decimal" : "text";
}

if (form) {
  for (const condition of form.querySelectorAll(".condition")) suit(condition);
  form.addEventListener("change", (event) => {
    const condition = event.target.closest(".condition");
    if (condition && event.target.matches(".fact")) suit(condition);
  });
  form.addEventListener("input", () => (changed = true));

  // The id of a rule or clause identifies its row, because rows move.
  const key = (row) => row.closest("li").querySelector("input[name$='-id']")?.value;
  const kept = new Set(JSON.parse(sessionStorage.getItem(KEPT) || "[]"));
  for (const row of form.querySelectorAll(".rows details")) if (kept.has(key(row))) row.open = true;
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target) target.scrollIntoView({ block: "nearest" });

  form.addEventListener("submit", () => {
    changed = false;
    const open = [...form.querySelectorAll(".rows details[open]")].map(key);
    sessionStorage.setItem(KEPT, JSON.stringify(open));
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}
