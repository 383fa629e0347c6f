// Keys: off inside inputs, and never with a modifier. The list of them opens with `?`.
"use strict";

const LEADER_MS = 1200;
let leader = 0;

function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function goTo(key) {
  document.querySelector(`.nav a[data-key="${CSS.escape(key)}"]`)?.click();
}

function focusSearch() {
  const fields = [...document.querySelectorAll("textarea.paste, input[type=search]")];
  const field = fields.find((one) => one.checkVisibility?.() ?? one.offsetParent !== null);
  if (field) field.focus();
  else goTo("f");
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

// The card that has the focus, or the first: a key means the answer in front of the reader.

function cardHere() {
  return document.activeElement.closest("[data-card]") ?? document.querySelector("[data-card]");
}

function stepThroughCards(step) {
  const cards = [...document.querySelectorAll("[data-card]")].filter((card) => card.offsetParent !== null);
  if (!cards.length) return;
  const here = cards.indexOf(document.activeElement.closest("[data-card]"));
  const next = cards[Math.min(cards.length - 1, Math.max(0, here + step))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start", behavior: "auto" });
}

function openCard(event) {
  if (!document.activeElement.matches("[data-card]")) return;
  event.preventDefault();
  const folded = document.activeElement.querySelector(":scope > details:not([open])");
  if (folded) folded.open = true;
  else document.activeElement.querySelector("[data-open-guide]")?.click();
}

// What was done is recorded by a second press, so the key only brings the button under the finger.
// Before it was looked at again nobody may say so: then the fold that tells why is reached.

function reachFixed() {
  const button = cardHere()?.querySelector("[data-fixed]");
  if (!button) return;
  const fold = button.closest("details.also");
  if (fold) fold.open = true;
  if (button.disabled) fold?.querySelector("summary").focus();
  else button.focus();
}

const KEYS = {
  "/": focusSearch,
  "?": () => openDialog("keys"),
  j: () => stepThroughCards(1),
  k: () => stepThroughCards(-1),
  c: () => cardHere()?.querySelector("[data-copy-first]")?.click(),
  r: () => document.querySelector("[data-next-check]:not([disabled])")?.click(),
  f: reachFixed,
};

function sendForm(event) {
  const form = event.target.form;
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return sendForm(event);
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Enter") {
    openCard(event);
  } else if (Date.now() - leader < LEADER_MS) {
    leader = 0;
    goTo(event.key);
  } else if (event.key === "g") {
    leader = Date.now();
  } else if (Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
});
