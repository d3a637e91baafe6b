// The red card on the screen, for an agent to read: over the page that it was opened from, which stays as it
// is, or as a page of its own. And what prints the cards.

const aids = document.getElementById("aids").dataset;
const LARGEST = 40;
const SMALLEST = 16;
// What was fetched beforehand, by its address, so that a tap does not wait for the network.
const pages = new Map();

// `place` is a link to the card that was pressed, the card itself, what prints, or with `reply` its message.
export default function card(place, reply) {
  if (reply) offer(place, reply);
  else if (place.matches("a")) return open(place.href);
  else if (place.matches(".print")) prints(place);
  else turning(place);
  return undefined;
}

function offer(message, { card: path, lang }) {
  const link = document.createElement("a");
  link.className = "call show-card";
  link.href = path;
  link.textContent = JSON.parse(aids.strings)[lang].show_card;
  if (window.top !== window) link.target = "_blank";
  message.append(link);
  read(link.href).catch(() => {});
}

function prints(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

async function open(address) {
  const [text] = await Promise.all([read(address), styled()]);
  const shown = document.adoptNode(new DOMParser().parseFromString(text, "text/html").querySelector(".both"));
  const [behind, scrolled] = [Array.from(document.body.children).filter((one) => !one.hidden), window.pageYOffset];
  const escape = (event) => { if (event.key === "Escape") history.back(); };
  for (const one of behind) one.hidden = true;
  document.body.append(shown);
  turning(shown);
  document.addEventListener("keydown", escape);
  shown.querySelector(".close").addEventListener("click", (event) => {
    event.preventDefault();
    history.back();
  });
  const pressed = document.activeElement;
  // "Back" on a phone closes the card and stays on the page.
  history.pushState(null, "");
  window.addEventListener("popstate", () => {
    document.removeEventListener("keydown", escape);
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    shown.remove();
    for (const one of behind) one.hidden = false;
    window.scrollTo(0, scrolled);
    if (pressed) pressed.focus({ preventScroll: true });
  }, { once: true });
  const root = document.documentElement;
  if (root.requestFullscreen) root.requestFullscreen().catch(() => {});
}

function read(address) {
  if (!pages.has(address)) {
    const reading = fetch(address, { headers: { Accept: "text/html" } }).then((response) => {
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
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: aids.styles, onload: resolve, onerror: reject });
    document.head.append(link);
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
