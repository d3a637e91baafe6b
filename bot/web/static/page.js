// What every page does: leave at once, and save all answers on the phone. Pages work without it.

const alone = window.top === window;

// The quick exit. The page is gone from sight before the other one comes, and "back" does not return to it.
document.addEventListener("click", (event) => {
  const exit = event.target.closest("a.exit");
  if (!exit) return;
  event.preventDefault();
  document.dispatchEvent(new Event("kyr-leave"));
  document.documentElement.hidden = true;
  try { sessionStorage.clear(); } catch (error) { /* not allowed: then there is nothing in it */ }
  window.top.location.replace(exit.href);
});

// A frame on another website saves nothing: its visitors have not come to us.
if ("serviceWorker" in navigator && alone) {
  const thrifty = navigator.connection && navigator.connection.saveData;
  const save = () => navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready).then(saved);
  // Whoever pays for every megabyte is asked first (it takes an eighth of one).
  if (thrifty && !navigator.serviceWorker.controller) offer(save);
  else if (document.readyState === "complete") save().catch(() => {});
  else window.addEventListener("load", () => save().catch(() => {}));
  document.addEventListener("kyr-language", () => navigator.serviceWorker.controller && saved());
}

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
