"use strict";
// The console works without this; with it the edit page checks while one writes, and a run is seen live.

// What the server has written and escaped takes the place of what an element holds; a script in it never runs.
function show(place, html) {
  place.textContent = "";
  place.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
}

(function watchRuns() {
  const runs = document.querySelector("[data-events]");
  if (!runs || !window.EventSource) return;
  const events = new EventSource(runs.dataset.events);
  events.onmessage = (event) => {
    show(runs, JSON.parse(event.data));
    const steps = runs.querySelectorAll(".steps");
    steps.forEach((list) => { list.scrollTop = list.scrollHeight; });
  };
  events.addEventListener("over", () => {
    events.close();
    window.location.reload();
  });
})();

(function checkWhileWriting() {
  const form = document.getElementById("edit");
  if (!form) return;
  const unsaved = document.getElementById("unsaved");
  const look = document.getElementById("look");
  let changed = false;
  let timer = 0;
  let asked = 0;

  async function check() {
    const mine = ++asked;
    const fields = new FormData(form);
    fields.set("piece", "1");
    let answer;
    try {
      const response = await fetch(window.location.href, { method: "POST", body: fields });
      if (!response.ok || !response.headers.get("Content-Type").startsWith("application/json")) return;
      answer = await response.json();
    } catch (error) {
      return; // no connection: saving will say so
    }
    if (mine !== asked) return; // somebody went on writing, a newer one is under way
    for (const [name, html] of Object.entries(answer.problems)) {
      const place = document.getElementById("problems-" + name);
      if (!place) continue;
      show(place, html);
      const field = document.getElementById(name);
      if (html.trim()) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    show(look, answer.look);
    const name = document.getElementById("short-name");
    if (name) name.textContent = answer.short_name || "–";
  }

  form.addEventListener("input", (event) => {
    if (event.target.id === "service" || event.target.dataset.narrows) return; // not part of the answer
    changed = true;
    unsaved.textContent = form.dataset.changed;
    clearTimeout(timer);
    timer = setTimeout(check, 700);
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && button.name === "mark") {
      event.preventDefault();
      putIn(button.value);
    } else if (button && button.value === "ask") {
      event.preventDefault();
      ask();
    } else changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });

  // A mark is put where one writes; what stands in the text already is moved on.
  function putIn(value) {
    const [mark, code] = value.split(":");
    const area = document.getElementById((form.dataset.area || "answer_") + code);
    const before = area.value.slice(0, area.selectionEnd);
    const after = area.value.slice(area.selectionEnd);
    let piece;
    if (mark === "service") {
      const service = document.getElementById("service");
      if (!service.value) {
        service.focus();
        return;
      }
      piece = (before && !/\s$/.test(before) ? " " : "") + "[" + service.value + "]";
    } else {
      const screen = area.value.split(/^(?:\+\+\+|---)$/m)[0];
      const steps = [...screen.matchAll(/^(\d)\. /gm)].map((found) => Number(found[1]));
      const line = { step: Math.max(0, ...steps) + 1 + ". ", say: "> ", more: "+++\n", now: "---\n" }[mark];
      const apart = mark === "step" && /\n\d\. [^\n]*\n?$/.test("\n" + before) ? "\n" : "\n\n";
      piece = (before.trim() ? apart.slice(0, Math.max(0, apart.length - /\n*$/.exec(before)[0].length)) : "") + line;
    }
    area.setRangeText(piece, area.selectionEnd, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // What would come of it takes seconds, on a page that stays as it is.
  async function ask() {
    const trial = document.getElementById("trial");
    trial.textContent = trial.dataset.asking;
    trial.scrollIntoView({ block: "center" });
    const fields = new FormData(form);
    fields.set("piece", "trial");
    try {
      const response = await fetch(window.location.href, { method: "POST", body: fields });
      show(trial, (await response.json()).trial);
    } catch (error) {
      trial.textContent = trial.dataset.failed;
    }
  }

  const trial = document.getElementById("trial");
  if (trial && "ask" in trial.dataset) ask();

  // Long lists of services and answers are narrowed by what one types.
  for (const list of form.querySelectorAll("[data-filter]")) {
    const words = document.createElement("input");
    words.type = "search";
    words.dataset.narrows = "1";
    words.placeholder = list.dataset.filter;
    words.setAttribute("aria-label", list.dataset.filter);
    list.querySelector("select").before(words);
    words.addEventListener("input", () => {
      const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
      for (const option of list.querySelectorAll("option")) {
        const fits = !option.value || option.selected || plain(option.textContent).includes(plain(words.value));
        option.hidden = option.disabled = !fits;
      }
    });
  }
})();

(function fillInCode() {
  const form = document.getElementById("welcome");
  const [name, code] = decodeURIComponent(window.location.hash.slice(1)).split("/");
  if (!form || !code) return;
  form.elements.name.value = name;
  form.elements.code.value = code;
  // It opens an account: out of the address, so that it stays in no history.
  window.history.replaceState(null, "", window.location.pathname);
  form.elements.password.focus();
})();
