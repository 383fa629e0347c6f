// Names what select2 draws in the admin: it leaves its boxes without the label of their field.
"use strict";

// Each of several has its own button; one that clears all would be no item of the list it stands in.
for (const select of document.querySelectorAll("select.admin-autocomplete[multiple]"))
  select.dataset.allowClear = "false";

function wordsOf(select) {
  const label = select.labels?.[0]?.textContent.trim().replace(/:$/, "");
  return label || select.getAttribute("aria-label") || "";
}

// What is chosen stays part of the name, so it is read after the field's own.
function nameSingle(select, box) {
  const chosen = box.querySelector(".select2-selection__rendered");
  const name = Object.assign(document.createElement("span"), { hidden: true, id: `${select.id}-name` });
  name.textContent = wordsOf(select);
  box.before(name);
  chosen.removeAttribute("role");
  chosen.removeAttribute("aria-readonly");
  box.setAttribute("aria-labelledby", `${name.id} ${chosen.id}`);
}

// An open box says which list it governs.
function nameList(box) {
  const list = box?.getAttribute("aria-owns");
  if (list) box.setAttribute("aria-controls", list);
}

function nameDrawn() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const drawn = select.nextElementSibling;
    const box = drawn?.querySelector(".select2-selection--single");
    if (box && !document.getElementById(`${select.id}-name`)) nameSingle(select, box);
    nameList(drawn?.querySelector(".select2-selection"));
    drawn?.querySelector(".select2-search__field")?.setAttribute("aria-label", wordsOf(select));
    if (drawn?.classList.contains("select2-container--open"))
      document.querySelector(".select2-dropdown .select2-search__field")?.setAttribute("aria-label", wordsOf(select));
  }
}

new MutationObserver(nameDrawn).observe(document.documentElement, { childList: true, subtree: true });
