// The pages for a family (templates/tell-family.html, family-plan.html): a message that the phone sends,
// and a plan to fill in and print.
//
// What is typed stays in the page: nothing here sends it, and nothing of it is in an address of ours. It is
// kept on the phone only while a box is ticked, until it is erased or somebody leaves at once (page.js).
// Written for browsers from 2018 on: no "?." and the like.

// As in chat.js: gone when somebody has left at once, so that a page kept by the browser for "back" notices.
const MARK = "kyr-mark";
const family = document.getElementById("family");
const keep = document.getElementById("keep");
const fields = Array.from(family.querySelectorAll("[data-kept]"));
const messages = Array.from(family.querySelectorAll(".tell"));
const recipients = document.getElementById("recipients");
const status = family.querySelector(".keep [role=status]");

for (const part of family.querySelectorAll("[data-script]")) part.hidden = false;
load();
changed();
family.addEventListener("input", changed);
keep.addEventListener("change", save);
document.getElementById("erase").addEventListener("click", () => {
  empty();
  say(status, status.dataset.erased);
});
document.addEventListener("kyr-leave", empty);

const mark = marked();
window.addEventListener("pagehide", () => { document.documentElement.hidden = true; });
window.addEventListener("pageshow", (event) => {
  if (event.persisted && marked() !== mark) {
    empty();
    location.reload();
  } else {
    document.documentElement.hidden = false;
  }
});

const print = document.getElementById("print");
if (print) print.addEventListener("click", () => window.print());

for (const message of messages) {
  const [share, copy, told] = [".share", ".copy", "[role=status]"].map((part) => message.querySelector(part));
  copy.hidden = false;
  copy.addEventListener("click", () => {
    const writing = navigator.clipboard ? navigator.clipboard.writeText(text(message)) : Promise.reject();
    writing.then(() => say(told, told.dataset.copied), () => say(told, told.dataset.notCopied));
  });
  share.hidden = !navigator.share;
  share.addEventListener("click", () => navigator.share({ text: text(message) }).catch(() => {}));
}

function changed() {
  // Paper has other widths than a screen: there the words stand in the place of the box (family.css).
  for (const field of family.querySelectorAll(".typed > input")) {
    if (field.value) field.parentElement.dataset.typed = field.value;
    else delete field.parentElement.dataset.typed;
  }
  if (messages.length) {
    offerRecipients();
    for (const message of messages) write(message);
  }
  save();
}

function write(message) {
  const [said, to] = [text(message), international(recipients.querySelector("select").value)];
  // No number over two lines.
  const words = message.querySelector(".words");
  words.textContent = "";
  words.append(...said.split(/((?:1-)?\d{3}-\d{3}-\d{4})/).map((part, index) => (
    index % 2 ? Object.assign(document.createElement("span"), { className: "number", textContent: part }) : part
  )));
  // iPhones read what follows "&", Androids what follows "?".
  const number = to && (to.length > 7 ? `+${to}` : to);
  message.querySelector(".sms").href = `sms:${number}?&body=${encodeURIComponent(said)}`;
  message.querySelector(".whatsapp").href = `https://wa.me/${to}?text=${encodeURIComponent(said)}`;
}

// The message with what was typed; its line about the place only where there is one.
function text(message) {
  const [place, name] = ["place", "name"].map((id) => document.getElementById(id).value.trim().replace(/[.\s]+$/, ""));
  return message.dataset.text.split("\n").filter((line) => place || !line.includes("PLACE")).join(" ")
    .replace(/PLACE|NAME/g, (part) => (part === "PLACE" ? place : name || message.dataset.unnamed));
}

function offerRecipients() {
  const select = recipients.querySelector("select");
  const before = select.selectedIndex;
  const people = [1, 2, 3].map((number) => ["name", "phone"].map((part) => document.getElementById(`contact-${number}-${part}`).value.trim()))
    .filter(([, phone]) => /\d{3}/.test(phone));
  while (select.options.length > 1) select.remove(1);
  for (const [name, phone] of people) select.add(new Option(name || phone, phone));
  // Whoever has written down a person means that one.
  select.selectedIndex = people.length && recipients.hidden ? 1 : Math.min(before, people.length);
  recipients.hidden = !people.length;
}

// The digits of a number with its country in front, the United States where none is named.
function international(phone) {
  const digits = phone.replace(/\D/g, "");
  if (digits.length === 10 && !phone.trim().startsWith("+")) return `1${digits}`;
  return digits.replace(/^(011|00)/, "");
}

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(family.dataset.key) || "null");
    if (!kept) return;
    keep.checked = true;
    for (const field of fields) {
      if (field.type === "checkbox") field.checked = Boolean(kept[field.id]);
      else field.value = kept[field.id] || "";
    }
  } catch (error) {
    // Not allowed: then nothing was kept.
  }
}

function save() {
  const filled = {};
  for (const field of fields) {
    const value = field.type === "checkbox" ? field.checked : field.value.trim();
    if (value) filled[field.id] = value;
  }
  try {
    if (keep.checked) localStorage.setItem(family.dataset.key, JSON.stringify(filled));
    else localStorage.removeItem(family.dataset.key);
    say(status, "");
  } catch (error) {
    if (keep.checked) say(status, status.dataset.refused);
    keep.checked = false;
  }
}

function empty() {
  for (const field of family.querySelectorAll("input")) {
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  changed();
}

function marked() {
  try {
    const kept = sessionStorage.getItem(MARK) || Array.from(crypto.getRandomValues(new Uint32Array(2))).join("-");
    sessionStorage.setItem(MARK, kept);
    return kept;
  } catch (error) {
    return "";
  }
}

function say(place, words) {
  place.textContent = words;
}
