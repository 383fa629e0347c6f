// What the pages do beyond forms and links. Everything works without it.
"use strict";

const words = () => document.getElementById("words").dataset;

function announce(text) {
  const box = document.getElementById("announce");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => box.classList.remove("shown"), 2200);
}

// Copy buttons: data-copy names the element whose text is copied, else the code block around it.

function textToCopy(button) {
  if (button.dataset.copyText) return button.dataset.copyText;
  const source = button.dataset.copy
    ? document.getElementById(button.dataset.copy)
    : button.closest("figure")?.querySelector("pre");
  return source ? source.textContent.replace(/\n+$/, "") : "";
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(textToCopy(button));
    announce(words().copied);
  } catch {
    announce(words().copyFailed);
  }
}

// Keys: off inside inputs, and never with a modifier.

let leader = 0;

function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function goTo(key) {
  document.querySelector(`.nav a[data-key="${CSS.escape(key)}"]`)?.click();
}

function focusSearch() {
  const field = document.querySelector("textarea.paste:not([hidden]), input[type=search]");
  const isVisible = field && field.offsetParent !== null;
  if (isVisible) field.focus();
  else goTo("f");
}

function stepThroughCards(step) {
  const cards = [...document.querySelectorAll("[data-card]")];
  if (!cards.length) return;
  const here = cards.indexOf(document.activeElement.closest("[data-card]"));
  const next = cards[Math.min(cards.length - 1, Math.max(0, here + step))];
  next.focus();
  next.scrollIntoView({ block: "start", behavior: "auto" });
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

const KEYS = {
  "/": focusSearch,
  "?": () => openDialog("keys"),
  j: () => stepThroughCards(1),
  k: () => stepThroughCards(-1),
  r: () => document.querySelector("[data-next-check]:not([disabled])")?.click(),
};

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form) {
    event.preventDefault();
    target.form.requestSubmit();
    return;
  }
  if (isTyping(target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (Date.now() - leader < 1200) {
    leader = 0;
    goTo(event.key);
  } else if (event.key === "g") {
    leader = Date.now();
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

document.addEventListener("click", (event) => {
  const copier = event.target.closest("button[data-copy], button.copy");
  if (copier) copy(copier);
  const opener = event.target.closest("[data-opens]");
  if (opener) openDialog(opener.dataset.opens);
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A why-row shows its words in the pasted text.

function light(event, isOn) {
  const row = event.target.closest?.("[data-lights]");
  if (!row) return;
  for (const id of row.dataset.lights.split(" ")) {
    document.getElementById(id)?.classList.toggle("lit", isOn);
  }
}
for (const [name, isOn] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(name, (event) => light(event, isOn));
}

// A log file dropped on the paste field is read into it.

const DROP_LIMIT_BYTES = 200 * 1024;

async function readDropped(event) {
  const field = event.target.closest?.("textarea.paste");
  const file = event.dataTransfer?.files[0];
  if (!field || !file) return;
  event.preventDefault();
  if (file.size > DROP_LIMIT_BYTES) announce(words().fileTooLarge);
  else field.value = await file.text();
}
document.addEventListener("drop", readDropped);

// Live fragments: open details stay open over a swap, and a lost connection is said.

let openDetails = new Set();

document.addEventListener("htmx:beforeSwap", (event) => {
  const open = event.detail.target.querySelectorAll("details[id][open]");
  // What was answered is done with, so its form folds away.
  const done = event.detail.requestConfig?.elt?.closest(".check-run details");
  openDetails = new Set([...open].filter((details) => details !== done).map((details) => details.id));
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of openDetails) {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }
  const said = document.querySelector("[data-announce]");
  if (said && said.dataset.announce !== announce.last) {
    announce.last = said.dataset.announce;
    announce(announce.last);
  }
});

function setOffline(isOffline) {
  document.getElementById("offline").hidden = !isOffline;
}
document.addEventListener("htmx:sendError", () => setOffline(true));
document.addEventListener("htmx:timeout", () => setOffline(true));
document.addEventListener("htmx:afterOnLoad", () => setOffline(false));

// What is typed into a long form outlives an error and a login: kept for this tab, until it was taken.

const DRAFTS = "knownfix-draft-";

function typedIn(form) {
  const fields = [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "checkbox" && one.value !== undefined && one.tagName !== "BUTTON");
  return Object.fromEntries(fields.map((one) => [one.name, one.value]));
}

function keepDraft(form) {
  sessionStorage.setItem(DRAFTS + form.dataset.draft, JSON.stringify(typedIn(form)));
}

function restoreDraft(form) {
  const kept = JSON.parse(sessionStorage.getItem(DRAFTS + form.dataset.draft) ?? "{}");
  for (const [name, value] of Object.entries(kept)) {
    const field = form.elements[name];
    // What the server filled in is newer than the draft.
    if (field && value && (!field.value || field.tagName === "SELECT")) field.value = value;
  }
  form.addEventListener("input", () => keepDraft(form));
}

function forgetTakenDrafts() {
  const isSigningIn = document.querySelector("input[type=password]");
  if (isSigningIn || document.querySelector("form[data-draft]")) return;
  if (sessionStorage.getItem(DRAFTS + "sent") === null) return;
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(DRAFTS)) sessionStorage.removeItem(key);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-draft]")) return;
  keepDraft(event.target);
  sessionStorage.setItem(DRAFTS + "sent", "1");
});

// A select that filters sends its form by itself; its button is for pages without scripts.

document.addEventListener("change", (event) => {
  if (event.target.closest("form[data-filters]")) event.target.form.requestSubmit();
});

// The contents of a guide show where the reader is.

function followContents() {
  const links = new Map(
    [...document.querySelectorAll(".toc a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
  );
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  if (!headings.length) return;
  const mark = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 120);
    const current = passed.at(-1) ?? headings[0];
    for (const [id, link] of links) {
      if (id === current.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  document.addEventListener("scroll", mark, { passive: true });
  mark();
}

// On a narrow screen the row of pages scrolls sideways: the one that is open is in sight.

function showCurrentTab() {
  for (const tab of document.querySelectorAll("nav [aria-current=page]")) {
    const row = tab.closest("nav");
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - row.offsetLeft - 48;
  }
}

// A table wider than the screen scrolls, so the keyboard must reach it.

function reachWideTables() {
  for (const table of document.querySelectorAll(".prose table")) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-opens][hidden]")) button.hidden = false;
  for (const form of document.querySelectorAll("form[data-draft]")) restoreDraft(form);
  forgetTakenDrafts();
  followContents();
  showCurrentTab();
  reachWideTables();
});
