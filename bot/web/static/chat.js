// The chat of the page. Everything is put in as text nodes, never as HTML; nothing is kept after the
// page is closed, and nothing is asked of any other host.

const chat = document.getElementById("chat");
const log = document.getElementById("log");
const form = document.getElementById("form");
const input = document.getElementById("message");
const status = document.getElementById("status");
const send = form.querySelector("button");
const strings = chat.dataset;
const SERVICE_FACTS = ["hours", "languages", "cost", "area", "eligibility", "bring"];
// From here up choices stand in two columns, so that all are seen at once.
const MANY_CHOICES = 6;

let session;
let lang = document.documentElement.lang;

form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (text) ask({ message: text }, text, () => { input.value = ""; });
});
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

async function ask(question, shown, done) {
  if (send.disabled) return;
  send.disabled = true;
  status.textContent = strings.waiting;
  try {
    const response = await fetch("/api/chat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...question, session, lang }),
    });
    const body = await response.json();
    done();
    const mine = message("you", lang, [shown]);
    log.append(mine);
    if (response.ok) {
      session = body.session;
      lang = body.lang;
      log.append(...body.replies.map(reply));
    } else {
      log.append(message("bot", lang, [element("p", {}, body.message[lang])]));
    }
    // The question stays in sight above the beginning of its answer.
    log.scrollTop = mine.offsetTop - log.offsetTop;
    status.textContent = "";
  } catch {
    // Not sent, or no answer that can be read: what was typed stays in the box.
    status.textContent = strings.offline;
  } finally {
    send.disabled = false;
  }
}

function reply(body) {
  const parts = body.blocks.map(block);
  if (body.services.length) parts.push(element("ul", { className: "services" }, ...body.services.map(service)));
  if (body.sources.length) parts.push(sources(body));
  if (body.buttons.length) parts.push(choices(body.buttons));
  return message("bot", body.lang, parts);
}

function message(sender, language, parts) {
  const name = element("span", { className: "sender" }, `${strings[sender]}: `);
  return element("div", { className: `message ${sender}`, lang: language }, name, ...parts);
}

function block({ kind, lines }) {
  const filled = lines.map((spans) => spans.map(({ text, uri }) => (uri ? link(uri, text) : text)));
  if (kind === "paragraph") return element("p", {}, ...filled[0]);
  if (kind === "say") return element("blockquote", { lang: "en" }, ...filled.map((line) => element("p", {}, ...line)));
  return element(kind === "steps" ? "ol" : "ul", {}, ...filled.map((line) => element("li", {}, ...line)));
}

function service(item) {
  const facts = SERVICE_FACTS.filter((key) => item[key]).map((key) => fact(strings[key], item[key]));
  const away = item.distance ? ` (${item.distance})` : "";
  if (item.address) facts.unshift(fact(strings.address, item.address + away));
  if (item.url) facts.unshift(fact(strings.website, link(item.url, item.url)));
  facts.push(fact(strings.serviceChecked, item.checked));
  const calls = item.phones.map(({ uri, number }) => {
    const call = link(uri, `${strings.phone} ${number}`);
    call.className = "call";
    return element("p", {}, call);
  });
  const opening = item.opening ? [element("p", { className: item.open ? "opening open" : "opening" }, item.opening)] : [];
  const alerts = [item.confirm, item.alert].filter(Boolean).map((text) => element("p", { className: "alert" }, text));
  return element("li", {}, element("h3", {}, item.name), ...opening, element("p", {}, item.description),
    ...calls, ...alerts, element("dl", {}, ...facts));
}

function fact(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function sources(body) {
  const list = body.sources.map(({ url, title }) => element("li", {}, link(url, title)));
  return element("details", {}, element("summary", {}, strings.sources),
    element("p", {}, `${strings.checked} ${body.reviewed_shown}`), element("ul", {}, ...list));
}

function choices(buttons) {
  const name = buttons.length < MANY_CHOICES ? "choices" : "choices many";
  return element("div", { className: name }, ...buttons.map(choice));
}

function choice({ title, payload }) {
  const button = element("button", { type: "button" }, title);
  button.addEventListener("click", () => ask({ choice: payload }, title, () => {}));
  return button;
}

function link(uri, text) {
  // Only what the gateway sends; anything else stays text.
  return /^(tel:|https?:)/.test(uri) ? element("a", { href: uri, rel: "noreferrer" }, text) : document.createTextNode(text);
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
