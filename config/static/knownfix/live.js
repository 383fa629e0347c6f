// Fragments that change under the reader: what was open stays open, and a lost connection is said.
"use strict";

const TRY_AGAIN_MS = 3000;

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

// While the connection is lost nothing can be sent. Only the health page is asked again: a write
// that got lost is repeated by the person, never by the page.

const bar = () => document.getElementById("offline");

function connectionLost() {
  if (!bar().hidden) return;
  bar().hidden = false;
  for (const button of document.querySelectorAll("form button:not([type=button]):not([disabled]), button[form]:not([disabled])")) {
    button.disabled = true;
    button.dataset.offline = "";
  }
  setTimeout(askAgain, TRY_AGAIN_MS);
}

function connectionBack() {
  if (bar().hidden) return;
  bar().hidden = true;
  for (const button of document.querySelectorAll("[data-offline]")) {
    button.disabled = false;
    delete button.dataset.offline;
  }
  announce(words().online);
}

async function askAgain() {
  try {
    const answer = await fetch(bar().dataset.health, { cache: "no-store" });
    if (answer.ok) return connectionBack();
  } catch {
    // Still lost.
  }
  if (!bar().hidden) setTimeout(askAgain, TRY_AGAIN_MS);
}

document.addEventListener("htmx:sendError", connectionLost);
document.addEventListener("htmx:timeout", connectionLost);
document.addEventListener("htmx:afterOnLoad", connectionBack);
addEventListener("offline", connectionLost);
addEventListener("online", askAgain);

// A why-row shows its words in the pasted text.

function light(event, isOn) {
  const row = event.target.closest?.("[data-lights]");
  if (!row) return;
  const places = row.dataset.lights.split(" ").map((id) => document.getElementById(id)).filter(Boolean);
  for (const place of places) place.classList.toggle("lit", isOn);
  if (isOn && places.length) bringInto(places[0]);
}

// Only the box of the text scrolls, never the page under the reader.

function bringInto(mark) {
  const box = mark.closest("pre");
  box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
}
for (const [name, isOn] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(name, (event) => light(event, isOn));
}

// A long log opens where it says something.

document.addEventListener("DOMContentLoaded", () => {
  const mark = document.querySelector("pre.pasted mark.symptom");
  if (mark) bringInto(mark);
});
