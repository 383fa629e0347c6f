// What a guide's article does beyond showing text. Everything works without it.
"use strict";

{
  const side = document.querySelector(".article-side");
  const form = side?.querySelector("[data-fill-form]");
  const ticksForm = document.getElementById("ticks");

  // Values: what is typed above stands in every command and on every Copy button.

  const ONE_WORD = /^[\p{L}\p{N}_./:@+,=-]+$/u;
  const LIMITS = { port: 65535, pid: 4194304 };

  function isUsable(value, kind) {
    if (!ONE_WORD.test(value) || value.startsWith("-")) return false;
    if (!(kind in LIMITS)) return true;
    return /^[0-9]+$/.test(value) && Number(value) >= 1 && Number(value) <= LIMITS[kind];
  }

  const fields = () => [...form.querySelectorAll("input[data-kind]")];
  const nameOf = (field) => field.name.replace(/^p\./, "");

  function say(field, isRefused) {
    const holder = field.closest(".fill-field");
    holder.classList.toggle("has-error", isRefused);
    holder.querySelector(".error, .hint")?.remove();
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    if (!isRefused) return;
    const error = document.createElement("p");
    Object.assign(error, { className: "error", id: `${field.id}-error`, textContent: form.dataset.refused });
    holder.append(error);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", error.id);
  }

  function show(field) {
    const typed = field.value.trim();
    const isRefused = typed !== "" && !isUsable(typed, field.dataset.kind);
    const value = typed === "" || isRefused ? "" : typed;
    say(field, isRefused);
    for (const place of side.querySelectorAll(`[data-fill="${CSS.escape(nameOf(field))}"]`)) {
      place.textContent = value || field.dataset.example;
      place.classList.toggle("filled", value !== "" && value !== field.dataset.example);
    }
  }

  function fillCopies() {
    const values = new Map(fields().map((field) => {
      const typed = field.value.trim();
      return [nameOf(field), isUsable(typed, field.dataset.kind) ? typed : field.dataset.example];
    }));
    for (const button of side.querySelectorAll("[data-copy-pattern]")) {
      button.dataset.copyText = button.dataset.copyPattern.replace(
        /\{\{(\w+)\}\}/g, (written, name) => values.get(name) ?? written,
      );
    }
  }

  function keepInAddress() {
    const address = new URL(location.href);
    for (const field of fields()) {
      if (field.value.trim()) address.searchParams.set(field.name, field.value.trim());
      else if (form.elements.case) address.searchParams.set(field.name, "");
      else address.searchParams.delete(field.name);
    }
    history.replaceState(history.state, "", address);
  }

  form?.addEventListener("input", (event) => {
    if (!event.target.dataset.kind) return;
    show(event.target);
    fillCopies();
  });
  form?.addEventListener("change", keepInAddress);
  for (const [name, isOn] of [["focusin", true], ["focusout", false]]) {
    form?.addEventListener(name, (event) => {
      if (!event.target.dataset.kind) return;
      for (const place of side.querySelectorAll(`[data-fill="${CSS.escape(nameOf(event.target))}"]`)) {
        place.classList.toggle("lit", isOn);
      }
    });
  }

  // The system whose commands are shown: the server reads the cookie, so the next page does not jump.

  side?.querySelector(".systems")?.addEventListener("change", (event) => {
    document.cookie = `system=${event.target.value}; path=/; max-age=31536000; samesite=lax`;
  });

  // Checklists: kept in the case on the server, else in this browser.

  const boxes = () => [...side.querySelectorAll("input.task[name=item]")];
  const storage = `ticks:${side?.dataset.guide}`;

  function boxesOf(head) {
    const list = head.nextElementSibling;
    return list ? [...list.querySelectorAll("input.task[name=item]")] : [];
  }

  function count() {
    for (const head of side.querySelectorAll(".task-head")) {
      const all = boxesOf(head);
      const done = all.filter((box) => box.checked).length;
      head.querySelector("progress").value = done;
      head.querySelector(".task-count").textContent = `${done}/${all.length}`;
      head.classList.toggle("done", done === all.length);
      head.classList.toggle("none", done === 0);
    }
  }

  function read() {
    try {
      return JSON.parse(localStorage.getItem(storage) ?? "{}");
    } catch {
      return {};
    }
  }

  function keepHere(changed) {
    const kept = read();
    for (const box of changed) kept[box.value] = box.checked;
    try {
      localStorage.setItem(storage, JSON.stringify(kept));
    } catch {
      // A browser that stores nothing forgets the ticks with the page.
    }
  }

  async function keepInCase(changed) {
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "case"]) body.set(name, ticksForm.elements[name].value);
    body.set("quiet", "1");
    for (const box of changed) body.append(box.checked ? "item" : "was", box.value);
    try {
      const answer = await fetch(ticksForm.action, { method: "POST", body, redirect: "error" });
      if (answer.status !== 204) throw new Error(answer.statusText);
    } catch {
      for (const box of changed) box.checked = !box.checked;
      count();
      announce(ticksForm.dataset.notSaved);
    }
  }

  function keep(changed) {
    count();
    if (side.dataset.case) keepInCase(changed);
    else keepHere(changed);
  }

  side?.addEventListener("change", (event) => {
    if (event.target.matches("input.task[name=item]")) keep([event.target]);
  });
  side?.addEventListener("click", (event) => {
    const reset = event.target.closest(".task-reset");
    if (!reset) return;
    const changed = boxesOf(reset.closest(".task-head")).filter((box) => box.checked && !box.disabled);
    for (const box of changed) box.checked = false;
    if (changed.length) keep(changed);
  });

  // A press on a heading's sign copies its address.

  side?.addEventListener("click", async (event) => {
    const anchor = event.target.closest(".anchor");
    if (!anchor) return;
    try {
      await navigator.clipboard.writeText(anchor.href);
      announce(words().copied);
    } catch {
      // The link itself still leads there.
    }
  });

  // Only what scrolls is a stop for the keyboard.

  function markScrolling() {
    for (const code of side.querySelectorAll(".code > pre")) {
      if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
      else code.removeAttribute("tabindex");
    }
  }

  if (side) {
    if (!side.dataset.case) {
      const kept = read();
      for (const box of boxes()) if (box.value in kept) box.checked = kept[box.value];
    }
    count();
    markScrolling();
    addEventListener("resize", markScrolling);
    side.querySelector(".systems")?.addEventListener("change", markScrolling);
    if (form) {
      fillCopies();
    }
  }
}
