// The paste field: a file is read into it, and a slow answer shows that it is coming.
"use strict";

// More than the server keeps of a long text, so that it still says what it left out, and less than
// it takes: a log starts with what was started and ends with the error.
const HEAD = 40_000;
const TAIL = 165_000;
const CUT = "\n[…]\n";
const SLOW_MS = 1000;

function shortened(text) {
  return text.length > HEAD + TAIL ? text.slice(0, HEAD) + CUT + text.slice(-TAIL) : text;
}

async function readInto(field, file) {
  const isLong = file.size > HEAD + TAIL;
  const whole = isLong ? new Blob([file.slice(0, HEAD), CUT, file.slice(-TAIL)]) : file;
  field.value = await whole.text();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  if (isLong) announce(words().fileCut);
}

// What is sent is shortened; what stands in the field is left as it was pasted.

document.addEventListener("formdata", (event) => {
  for (const field of event.target.querySelectorAll("textarea.paste[name]")) {
    if (event.formData.has(field.name)) event.formData.set(field.name, shortened(field.value));
  }
});

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
