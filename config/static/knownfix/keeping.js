// What is typed into a part of the page that a live update swaps stays there, and the focus with it.
"use strict";

const TYPED_INTO = "input[type=text], textarea, select";

let keptFields = [];
let keptFocus = null;

// The same field has the same key before and after: the form it stands in, its fold, and its name.
function keyOfField(field) {
  const form = field.form;
  const check = form?.elements.namedItem("check");
  const whose = check instanceof HTMLInputElement ? check.value : "";
  const value = field.tagName === "BUTTON" ? field.value : "";
  return [form?.getAttribute("action"), whose, field.closest("details[id]")?.id, field.name, value].join("\n");
}

function isTyped(field) {
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  const byDefault = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(0, byDefault);
}

function focusIn(part) {
  const field = document.activeElement;
  if (!part.contains(field) || !field.name) return null;
  const isText = field.matches("input[type=text], textarea");
  return { key: keyOfField(field), range: isText ? [field.selectionStart, field.selectionEnd] : null };
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target;
  // What the form that was sent held is the server's to show now.
  const sent = event.detail.requestConfig?.elt?.closest("form");
  const typed = [...part.querySelectorAll(TYPED_INTO)].filter((field) => field.name && field.form !== sent && isTyped(field));
  keptFields = typed.map((field) => [keyOfField(field), field.value]);
  keptFocus = focusIn(part);
});

document.addEventListener("htmx:afterSwap", () => {
  const kept = new Map(keptFields);
  for (const field of document.querySelectorAll(TYPED_INTO)) {
    const value = kept.get(keyOfField(field));
    if (value !== undefined && field.name) field.value = value;
  }
  keptFields = [];
  returnFocus();
});

function returnFocus() {
  if (!keptFocus || document.activeElement !== document.body) return;
  const fields = [...document.querySelectorAll("form :is(input, select, textarea, button)[name], button[form][name]")];
  const field = fields.find((one) => keyOfField(one) === keptFocus.key);
  field?.focus({ preventScroll: true });
  if (field && keptFocus.range) field.setSelectionRange(...keptFocus.range);
  keptFocus = null;
}
