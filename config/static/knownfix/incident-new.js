// Says when the draft of a new incident was kept, and throws it away on request. Keeping it is app.js.
"use strict";

const EVERY_MS = 5000;

function draftOf(form) {
  return `knownfix-draft-${form.dataset.draft}`;
}

function sayKept(form, line) {
  const time = new Date().toTimeString().slice(0, 5);
  line.textContent = form.dataset.kept.replace("{time}", time);
  line.closest(".draft").hidden = false;
}

function discard(form) {
  sessionStorage.removeItem(draftOf(form));
  announce(form.dataset.discarded);
  // The address without what had been typed; a chosen template stays chosen.
  location.replace(location.pathname + location.search);
}

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form.new-incident");
  if (!form) return;
  const line = form.querySelector("[data-draft-kept]");
  let kept = sessionStorage.getItem(draftOf(form));
  if (kept && form.elements.title.value) sayKept(form, line);
  form.querySelector("[data-draft-discard]").addEventListener("click", () => discard(form));
  setInterval(() => {
    const now = sessionStorage.getItem(draftOf(form));
    if (now !== null && now !== kept) {
      kept = now;
      sayKept(form, line);
    }
  }, EVERY_MS);
});
