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
  }

  form.addEventListener("input", () => {
    changed = true;
    unsaved.textContent = form.dataset.changed;
    clearTimeout(timer);
    timer = setTimeout(check, 700);
  });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
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
