// What is typed outlives an error and a login: kept for this tab until the server took it.
"use strict";

const DRAFTS = "knownfix-draft-";
const SENT = "knownfix-sent";
const ENDED = "knownfix-ended";

function keyOf(form) {
  return form.dataset.draft ?? form.getAttribute("action") ?? location.pathname;
}

function typedIn(form) {
  const fields = [...form.elements].filter((one) => one.name && one.value !== undefined && one.tagName !== "BUTTON" && !/^(hidden|checkbox|radio|file|password)$/.test(one.type));
  return Object.fromEntries(fields.map((one) => [one.name, one.value]));
}

function keepDraft(form) {
  try {
    sessionStorage.setItem(DRAFTS + keyOf(form), JSON.stringify(typedIn(form)));
  } catch {
    // The store is full: the form is sent all the same.
  }
}

function fill(form, kept, isTakenBack) {
  let filled = null;
  for (const [name, value] of Object.entries(kept)) {
    const field = form.elements[name];
    // What the server filled in is newer than the draft, unless a login came between.
    if (!field || !value || field.value === value) continue;
    if (!isTakenBack && field.value && field.tagName !== "SELECT") continue;
    field.value = value;
    if (field.tagName === "TEXTAREA" || !filled) filled = field;
  }
  return filled;
}

function sayRestored(form, field) {
  const fold = form.closest("details");
  if (fold) fold.open = true;
  const said = Object.assign(document.createElement("p"), { className: "hint restored", role: "status", textContent: words().restored });
  field.after(said);
}

function restoreDraft(form, isTakenBack) {
  const kept = JSON.parse(sessionStorage.getItem(DRAFTS + keyOf(form)) ?? "{}");
  const filled = fill(form, kept, isTakenBack);
  if (filled && isTakenBack) sayRestored(form, filled);
}

function isWritten(form) {
  return form.method === "post" && !form.querySelector("input[type=password]") && Object.values(typedIn(form)).some(Boolean);
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.draft !== undefined) keepDraft(form);
});

document.addEventListener("submit", (event) => {
  if (!isWritten(event.target)) return;
  keepDraft(event.target);
  sessionStorage.setItem(SENT, keyOf(event.target));
}, true);

// A page that is no login and does not hold the form again has taken what was sent.

function settleSent(isTakenBack) {
  const key = sessionStorage.getItem(SENT);
  if (key === null) return;
  const again = [...document.forms].find((form) => form.method === "post" && keyOf(form) === key);
  if (again && isTakenBack && again.dataset.draft === undefined) restoreDraft(again, true);
  if (again && again.dataset.draft !== undefined) return;
  sessionStorage.removeItem(DRAFTS + key);
  sessionStorage.removeItem(SENT);
}

document.addEventListener("DOMContentLoaded", () => {
  const note = document.querySelector("[data-ended]");
  if (note) {
    note.hidden = sessionStorage.getItem(SENT) === null;
    sessionStorage.setItem(ENDED, "1");
  }
  if (document.querySelector("input[type=password]")) return;
  const isTakenBack = sessionStorage.getItem(ENDED) !== null;
  sessionStorage.removeItem(ENDED);
  for (const form of document.querySelectorAll("form[data-draft]")) restoreDraft(form, isTakenBack);
  settleSent(isTakenBack);
});
