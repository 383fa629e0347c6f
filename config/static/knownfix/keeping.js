// What is typed into a part of the page that a live update swaps stays there, and the focus with it.
"use strict";

const TYPED_INTO = "input[type=text], textarea, select";

const kept = new Map();
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
  for (const field of part.querySelectorAll(TYPED_INTO)) {
    if (field.name && field.form !== sent && isTyped(field)) kept.set(keyOfField(field), field.value);
    else kept.delete(keyOfField(field));
  }
  keptFocus = focusIn(part) ?? keptFocus;
});

// A form may be away while checks run: its words wait until it is back.

document.addEventListener("htmx:afterSwap", () => {
  for (const field of document.querySelectorAll(TYPED_INTO)) {
    const value = field.name ? kept.get(keyOfField(field)) : undefined;
    if (value === undefined) continue;
    field.value = value;
    unfold(field);
  }
  returnFocus();
});

function unfold(field) {
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

function returnFocus() {
  if (document.activeElement !== document.body) keptFocus = null;
  if (!keptFocus) return;
  const fields = [...document.querySelectorAll("form :is(input, select, textarea, button)[name], button[form][name]")];
  const field = fields.find((one) => keyOfField(one) === keptFocus.key);
  if (!field || field.disabled) return;
  field.focus({ preventScroll: true });
  if (keptFocus.range) field.setSelectionRange(...keptFocus.range);
  keptFocus = null;
}
