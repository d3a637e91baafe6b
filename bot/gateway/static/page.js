// What every page does: leave at once, and save all answers on the phone. Pages work without it.

const alone = window.top === window;

// The quick exit. The page is gone from sight before the other one comes, and the conversation is
// forgotten: by the chat where there is one, and by the gateway.
document.addEventListener("click", (event) => {
  const exit = event.target.closest("a.exit");
  if (!exit) return;
  event.preventDefault();
  document.documentElement.hidden = true;
  document.dispatchEvent(new Event("kyr-leave"));
  try {
    forget(sessionStorage.getItem("kyr-session"));
    sessionStorage.clear();
    // What people chose to keep of the pages for a family (family.js).
    localStorage.clear();
  } catch (error) {
    // Not allowed: then there is nothing in it.
  }
  try {
    window.top.location.replace(exit.href);
  } catch (error) {
    // A website that shows us in a locked frame does not let us leave; at least nothing can be read.
    location.replace("about:blank");
  }
});

document.addEventListener("kyr-forget", (event) => forget(event.detail));

function forget(session) {
  if (!session) return;
  const body = JSON.stringify({ session });
  try {
    navigator.sendBeacon("/api/forget", new Blob([body], { type: "application/json" }));
  } catch (error) {
    // Chrome before 81 sends no JSON this way.
    const headers = { "Content-Type": "application/json" };
    fetch("/api/forget", { method: "POST", headers, body, keepalive: true }).catch(() => {});
  }
}

// A frame on another website saves nothing: its visitors have not come to us.
if ("serviceWorker" in navigator && alone) {
  const thrifty = navigator.connection && navigator.connection.saveData;
  const save = () => navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready).then(saved);
  // Whoever pays for every megabyte is asked first (it takes half of one).
  const asked = () => thrifty && !navigator.serviceWorker.controller;
  if (asked()) offer(save);
  else if (document.readyState === "complete") save().catch(() => {});
  else window.addEventListener("load", () => save().catch(() => {}));
  document.addEventListener("kyr-language", () => {
    if (asked()) offer(save);
    else if (navigator.serviceWorker.controller) saved();
  });
}

// Aids come when they are needed: reading aloud (listen.js), the card on the screen (card.js), sentences for
// agents (spoken.js). Each learns by an event of its name what place it is for. Not by import(): the first
// browsers with modules do not know it, and would not read this file.
const aids = document.getElementById("aids").dataset;
const coming = {};
const aid = (name, place) => {
  coming[name] = coming[name] || new Promise((onload, onerror) => {
    document.head.append(Object.assign(document.createElement("script"), { type: "module", src: aids[name], onload, onerror }));
  });
  return coming[name].then(() => document.dispatchEvent(new CustomEvent(`kyr-${name}`, { detail: place })), () => {
    // Without a signal, and not saved: the page does without, and a link to the card leads to its page.
    if (place.matches("a")) location.href = place.href;
  });
};
const equip = () => {
  for (const place of document.querySelectorAll("[data-aid]:not([data-has])")) {
    place.dataset.has = "";
    aid(place.dataset.aid, place);
  }
};
equip();
// The first message is another one then.
document.addEventListener("kyr-language", equip);
document.addEventListener("kyr-message", ({ detail: { element } }) => {
  aid("listen", element);
  if (element.querySelector(".show-card")) aid("card", element);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.show-card");
  if (!link || !alone || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  aid("card", link);
});

function offer(save) {
  const place = document.querySelector(".save");
  if (!place) return;
  place.hidden = false;
  place.querySelector("button").addEventListener("click", (event) => {
    event.target.disabled = true;
    save().catch(() => { event.target.disabled = false; });
  });
}

function saved() {
  const place = document.querySelector(".save");
  const button = place && place.querySelector("button");
  if (!button) return;
  place.textContent = button.dataset.saved;
  place.hidden = false;
}
