// The red card on the screen, for an agent to read: over the page that it was opened from, which stays as it
// is, or as a page of its own. And what prints the cards.

const aids = document.getElementById("aids").dataset;
const LARGEST = 40;
const SMALLEST = 16;
// What was fetched beforehand, by its address, so that a tap does not wait for the network.
const pages = new Map();

// `detail` is a link to the card that was pressed, the card itself, what prints, or a message with such a link.
document.addEventListener("kyr-card", ({ detail: place }) => {
  if (place.matches("a")) open(place.pathname).catch(() => { location.href = place.href; });
  else if (place.matches(".print")) prints(place);
  else if (place.matches(".both")) turning(place);
  else read(place.querySelector(".show-card").pathname).catch(() => {});
});

function prints(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

async function open(address) {
  const pressed = document.activeElement;
  const [text] = await Promise.all([read(address), styled()]);
  if (document.querySelector(".both")) return;
  const shown = document.adoptNode(new DOMParser().parseFromString(text, "text/html").querySelector(".both"));
  const [behind, scrolled] = [Array.from(document.body.children).filter((one) => !one.hidden), window.pageYOffset];
  const escape = (event) => { if (event.key === "Escape") history.back(); };
  // "Back" on a phone closes the card and stays on the page; before anything is hidden, as browsers keep where
  // it was scrolled to.
  history.pushState(null, "");
  for (const one of behind) one.hidden = true;
  const said = { role: "dialog", "aria-modal": "true", "aria-label": shown.querySelector("h1").textContent };
  for (const name of Object.keys(said)) shown.setAttribute(name, said[name]);
  document.body.append(shown);
  turning(shown);
  document.addEventListener("keydown", escape);
  shown.querySelector(".close").addEventListener("click", (event) => {
    event.preventDefault();
    history.back();
  });
  window.addEventListener("popstate", () => {
    document.removeEventListener("keydown", escape);
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    shown.remove();
    for (const one of behind) one.hidden = false;
    window.scrollTo(0, scrolled);
    pressed.focus({ preventScroll: true });
  }, { once: true });
  const root = document.documentElement;
  if (root.requestFullscreen) root.requestFullscreen().catch(() => {});
}

function read(address) {
  if (!pages.has(address)) {
    // Who holds the phone to a window does not wait for a bad line: the saved card comes first.
    const saved = window.caches ? caches.match(address) : Promise.resolve();
    const fresh = () => fetch(address, { headers: { Accept: "text/html" } });
    const reading = saved.then((found) => found || fresh()).then((response) => {
      if (!response.ok) throw new Error(address);
      return response.text();
    });
    reading.catch(() => pages.delete(address));
    pages.set(address, reading);
  }
  return pages.get(address);
}

function styled() {
  if (document.querySelector(`link[href="${aids.styles}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: aids.styles, onload: resolve, onerror: reject });
    document.head.append(sheet);
  });
}

// Show one side at a time, as large as it fits.
function turning(shown) {
  const faces = Array.from(shown.querySelectorAll(".face"));
  const button = shown.querySelector(".turn");
  let front = true;
  const show = () => {
    faces.forEach((face, number) => { face.hidden = front !== (number === 0); });
    faces.forEach(fit);
  };
  shown.classList.add("turning");
  button.hidden = false;
  button.addEventListener("click", () => {
    front = !front;
    show();
    focus();
  });
  const focus = () => faces[front ? 0 : 1].focus({ preventScroll: true });
  for (const face of faces) face.tabIndex = -1;
  window.addEventListener("resize", () => faces.forEach(fit));
  show();
  focus();
}

function fit(face) {
  if (face.hidden) return;
  let size = LARGEST;
  do {
    face.style.fontSize = `${size}px`;
    size -= 1;
  } while (size >= SMALLEST && face.scrollHeight > face.clientHeight);
}
