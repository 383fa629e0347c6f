// One box ticks all rows of a page; it is half ticked while only some are.
"use strict";

for (const all of document.querySelectorAll("[data-ticks]")) {
  const rows = [...document.querySelectorAll(`input[type=checkbox][name="${all.dataset.ticks}"]`)];
  const show = () => {
    const ticked = rows.filter((row) => row.checked).length;
    all.checked = ticked === rows.length;
    all.indeterminate = ticked > 0 && ticked < rows.length;
  };
  all.addEventListener("change", () => {
    for (const row of rows) row.checked = all.checked;
    show();
  });
  for (const row of rows) row.addEventListener("change", show);
  show();
}
