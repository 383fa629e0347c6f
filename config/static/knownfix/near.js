// Reading needs no htmx, the largest of all files: it is fetched when a hand comes near. A press that
// is quicker sends its form the plain way.
"use strict";

const NEAR = ["pointermove", "pointerdown", "keydown", "focusin"];

function fetchHtmx() {
  for (const name of NEAR) removeEventListener(name, fetchHtmx);
  const script = document.createElement("script");
  script.src = document.getElementById("htmx").dataset.src;
  document.head.append(script);
}

for (const name of NEAR) addEventListener(name, fetchHtmx, { passive: true });
