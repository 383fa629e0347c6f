// The form of a probe: what a try saw appears beside it without loading the page again.
"use strict";

const EVERY_MS = 1000;

async function lookAgain(shown) {
  const answer = await fetch(shown.dataset.again, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("last-look");
  if (!fresh) return;
  // Only when something came of it: a reader would hear "waiting" every second.
  if (!fresh.dataset.again) shown.replaceWith(fresh);
  else setTimeout(lookAgain, EVERY_MS, shown);
}

const shown = document.getElementById("last-look");
if (shown?.dataset.again) setTimeout(lookAgain, EVERY_MS, shown);
