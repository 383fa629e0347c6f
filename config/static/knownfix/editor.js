// The forms guides and causes are written in. All of it works without this file, by reloading.
"use strict";

const form = document.querySelector("#guide_form, #cause_form");
const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;

function send(address, data) {
  return fetch(address, {
    method: "POST", body: data, credentials: "same-origin",
    headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch" },
  });
}

function after(wait, act) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
}

/* Saving */

// Whether something was typed that is stored nowhere yet.
let unsaved = false;

function watchSaving() {
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget !== "_blank") unsaved = false;
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    const save = form.querySelector("[name=_continue]") || form.querySelector("[name=_save]");
    if (!save) return;
    event.preventDefault();
    form.requestSubmit(save);
  });
}

/* The editor */

class Editor {
  constructor(root) {
    this.root = root;
    this.text = root.querySelector("textarea");
    this.preview = root.querySelector("[data-preview]");
    this.warnings = root.querySelector("[data-warnings]");
    this.said = root.querySelector("[data-said]");
    this.asked = 0;
    this.watch();
  }

  watch() {
    const refresh = after(350, () => this.refresh());
    this.text.addEventListener("input", refresh);
    form.addEventListener("change", refresh);
    this.text.addEventListener("scroll", () => this.follow());
    this.text.addEventListener("paste", (event) => this.take(event, event.clipboardData));
    this.text.addEventListener("drop", (event) => this.take(event, event.dataTransfer));
    this.warnings.addEventListener("click", (event) => this.goTo(event));
    const tools = this.root.querySelector(".editor-tools");
    for (const button of tools.querySelectorAll("[data-insert]"))
      button.addEventListener("click", () => this.insertPart(button));
    const file = tools.querySelector("[data-picture]");
    file?.addEventListener("change", async () => { await this.storeAll([...file.files]); file.value = ""; });
  }

  async refresh() {
    const number = ++this.asked;
    try {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      const answer = await send(this.root.dataset.previewUrl, data);
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      // An older answer that came late says less than what is shown.
      if (number !== this.asked) return;
      this.preview.replaceChildren(...page.querySelector("[data-preview]").childNodes);
      this.warnings.replaceChildren(...page.querySelector("[data-warnings]").childNodes);
      this.follow();
      this.say("");
    } catch {
      this.say(this.root.dataset.previewFailed, true);
    }
  }

  // The preview shows the part that the text shows.
  follow() {
    const room = this.text.scrollHeight - this.text.clientHeight;
    const share = room > 0 ? this.text.scrollTop / room : 0;
    this.preview.scrollTop = share * (this.preview.scrollHeight - this.preview.clientHeight);
  }

  goTo(event) {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    const lines = this.text.value.split("\n");
    const line = Number(link.dataset.line) - 1;
    const start = lines.slice(0, line).join("\n").length + (line ? 1 : 0);
    this.text.focus();
    this.text.setSelectionRange(start, start + lines[line].length);
    this.text.scrollTop = Math.max(0, (this.text.scrollHeight * line) / lines.length - this.text.clientHeight / 3);
  }

  insertPart(button) {
    const chosen = this.text.value.slice(this.text.selectionStart, this.text.selectionEnd);
    const words = chosen || button.dataset.text || "";
    const parts = {
      code: () => ["```bash", chosen, "```"].join("\n"),
      checklist: () => words.split("\n").map((line) => `- [ ] ${line}`).join("\n"),
      warning: () => words.split("\n").map((line) => `> ${line}`).join("\n"),
      template: () => this.root.querySelector("[data-guide-template]").content.textContent.trim(),
    };
    this.insert(parts[button.dataset.insert](), true);
  }

  // Through the browser's own command, so that Ctrl+Z takes it back.
  insert(words, asBlock) {
    const before = this.text.value.slice(0, this.text.selectionStart);
    const lead = asBlock && before && !before.endsWith("\n\n") ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
    this.text.focus();
    const text = asBlock ? `${lead}${words}\n` : words;
    if (!document.execCommand("insertText", false, text)) {
      this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
      this.text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  take(event, carried) {
    if (!this.root.dataset.pictureUrl) return;
    const pictures = [...carried.files].filter((file) => file.type.startsWith("image/"));
    if (!pictures.length) return;
    event.preventDefault();
    this.storeAll(pictures);
  }

  async storeAll(pictures) {
    for (const picture of pictures) await this.store(picture);
  }

  async store(picture) {
    this.say(this.root.dataset.uploading);
    const data = new FormData();
    data.append("picture", picture);
    try {
      const answer = await send(this.root.dataset.pictureUrl, data);
      const said = await answer.json();
      if (!answer.ok) { this.say(said.error, true); return; }
      const name = picture.name?.replace(/\.[^.]*$/, "").replace(/[[\]\\]/g, "") || this.root.dataset.pictureAlt;
      this.insert(`![${name}](${said.address})`, true);
      this.say("");
    } catch {
      this.say(this.root.dataset.uploadFailed, true);
    }
  }

  say(words, isWrong = false) {
    this.said.textContent = words;
    this.said.classList.toggle("wrong", isWrong);
  }
}

/* Trying symptoms */

function watchTrial(box) {
  const button = box.querySelector("[name=_try]");
  const result = box.querySelector("[data-trial-result]");
  box.querySelector("#trial-case")?.addEventListener("change", () => { box.querySelector("#trial-text").value = ""; });
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const answer = await send(button.formAction, new FormData(form));
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      result.replaceChildren(...page.body.childNodes);
    } catch {
      result.textContent = box.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
}

/* Evidence: choosing a check brings its answers */

function bringAnswers(select) {
  const row = select.closest(".evidence-row");
  const into = row.querySelector(".asked-checks");
  const template = document.querySelector(`template[data-asked="${CSS.escape(select.value)}"]`);
  select.value = "";
  if (!template) return;
  const known = into.querySelector(`[data-check="${CSS.escape(template.dataset.asked)}"]`);
  const group = known || template.content.firstElementChild.cloneNode(true);
  // Read now: a row that was just added has got its number since the page was made.
  const name = select.name.replace(/-also$/, "-answers");
  if (!known) {
    for (const box of group.querySelectorAll("input")) box.name = name;
    into.append(group);
  }
  group.querySelector("input")?.focus();
}

/* Sections */

function watchSections(nav) {
  const links = [...nav.querySelectorAll("a")];
  const parts = new Map(links.map((link) => [document.getElementById(link.hash.slice(1)), link]));
  const mark = () => {
    const passed = [...parts].filter(([part]) => part?.getBoundingClientRect().top < 120);
    const [, current] = passed.at(-1) || [...parts][0];
    for (const link of links) {
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", mark, { passive: true });
  mark();
}

if (form) {
  watchSaving();
  for (const root of form.querySelectorAll("[data-editor]")) new Editor(root);
  for (const box of form.querySelectorAll("[data-trial]")) watchTrial(box);
  for (const nav of form.querySelectorAll("[data-sections]")) watchSections(nav);
  form.addEventListener("change", (event) => {
    if (event.target.matches(".asked-also select")) bringAnswers(event.target);
  });
}
