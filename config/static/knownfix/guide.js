// A guide's page beyond links and forms: marks in the contents, printing, what needs a script.
"use strict";

// The contents show how the checks of each section stand; the rail that changes brings the marks.

function markContents() {
  const marks = document.querySelectorAll("#section-marks [data-section]");
  for (const link of document.querySelectorAll(".toc a")) {
    const section = decodeURIComponent(link.hash.slice(1));
    const found = [...marks].find((mark) => mark.dataset.section === section);
    link.parentElement.querySelector(".mark-of")?.remove();
    if (found) link.after(found.firstElementChild.cloneNode(true));
  }
}
document.addEventListener("htmx:afterSettle", markContents);

// What the bar at the bottom of a phone asked for is answered at the top.

let wasAskedFromBar = false;

document.addEventListener("htmx:afterSettle", () => {
  if (wasAskedFromBar) document.getElementById("guide-live").scrollIntoView();
  wasAskedFromBar = false;
});

// Contents that are longer than the screen keep the current section in sight.

function keepCurrentInSight() {
  const contents = document.querySelector(".toc");
  if (!contents) return;
  new MutationObserver(() => {
    const current = contents.querySelector("[aria-current]");
    if (!current || contents.scrollHeight <= contents.clientHeight) return;
    const place = current.getBoundingClientRect();
    const frame = contents.getBoundingClientRect();
    if (place.top < frame.top) contents.scrollTop += place.top - frame.top - 24;
    else if (place.bottom > frame.bottom) contents.scrollTop += place.bottom - frame.bottom + 24;
  }).observe(contents, { attributes: true, subtree: true, attributeFilter: ["aria-current"] });
}

// Where the contents fold, they fold away once a section was chosen.

document.addEventListener("click", (event) => {
  const fold = event.target.closest(".toc a")?.closest("details");
  if (fold && matchMedia("(max-width: 1180px)").matches) fold.open = false;
  if (event.target.closest(".guide-bar button")) wasAskedFromBar = true;
  if (event.target.closest("[data-print]")) {
    event.target.closest("details.menu").open = false;
    print();
  }
});

document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-print], [data-scripted]")) button.hidden = false;
  keepCurrentInSight();
});
