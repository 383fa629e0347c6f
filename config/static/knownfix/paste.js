// The paste field: a file is read into it, and a slow answer shows that it is coming.
"use strict";

const FILE_LIMIT_BYTES = 200 * 1024;
const SLOW_MS = 1000;

async function readInto(field, file) {
  if (file.size > FILE_LIMIT_BYTES) return announce(words().fileTooLarge);
  field.value = await file.text();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

document.addEventListener("dragover", (event) => {
  const field = event.target.closest?.("textarea.paste");
  if (!field) return;
  event.preventDefault();
  field.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => event.target.classList?.remove("is-over"));
document.addEventListener("drop", (event) => {
  const field = event.target.closest?.("textarea.paste");
  const file = event.dataTransfer?.files[0];
  field?.classList.remove("is-over");
  if (!field || !file) return;
  event.preventDefault();
  readInto(field, file);
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[type=file][data-reads]")) return;
  const file = event.target.files[0];
  const field = event.target.form.querySelector("textarea.paste");
  if (field && file) readInto(field, file);
  event.target.value = "";
});

// Only what takes longer than a moment is announced; it would flicker otherwise.

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-slow]")) return;
  const waiting = document.getElementById("waiting");
  readInto.slow = setTimeout(() => {
    if (waiting) waiting.hidden = false;
  }, SLOW_MS);
});
addEventListener("pageshow", () => {
  clearTimeout(readInto.slow);
  const waiting = document.getElementById("waiting");
  if (waiting) waiting.hidden = true;
  for (const chooser of document.querySelectorAll("label[data-chooser][hidden]")) chooser.hidden = false;
});
