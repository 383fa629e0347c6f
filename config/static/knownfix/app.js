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
  followContents();
  showCurrentTab();
  reachWideTables();
});
