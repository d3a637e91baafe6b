// The chat: a custom element around what the server has written (templates/parts.html, "chat").
//
// Everything is put in as text nodes, never as HTML. What people write is in the page only; of the tab's
// storage it takes a token, by which the last answer, and not a word of theirs, comes back after a reload.
// Written for browsers from 2018 on: no "?." and the like.

const REMEMBERED = "kyr-session";
// Changes when a conversation is ended, so that a page kept by the browser for "back" notices.
const MARK = "kyr-mark";
const SECONDS_TO_ANSWER = 30;
const SECONDS_UNTIL_SLOW = 5;
// A question that did not get through is sent again after so many seconds, and when there is a signal.
const SECONDS_BETWEEN_TRIES = [3, 6, 12, 24, 48];
const SERVICE_FACTS = ["hours", "languages", "cost", "area", "eligibility", "bring"];
// So many numbers to call are buttons; whoever wants more opens them.
const MOST_CALLS = 3;
// What stands below an answer already, to be opened in its place.
const CHOOSE_MORE = "more:";
const LANGUAGES = ["en", "es"];
const MOST_FOUND = 3;
// So long a screen reader has to take up what is new; then it is heard in the conversation only.
const SECONDS_ANNOUNCED = 20;
// A piece is announced when the one before it has about been spoken.
const MILLISECONDS_A_LETTER = 60;
const embedded = window.top !== window;

class KnowYourRightsChat extends HTMLElement {
  connectedCallback() {
    this.strings = JSON.parse(this.dataset.strings);
    this.language = document.documentElement.lang;
    this.log = this.querySelector("[role=log]");
    this.announced = this.querySelector(".announced");
    this.session = stored(REMEMBERED);
    this.mark = stored(MARK) || this.newMark();
    // The form is exchanged with the language, so the element itself listens.
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target !== this.input) return;
      event.preventDefault();
      this.send();
    });
    this.addEventListener("click", (event) => {
      const starter = event.target.closest("[data-choice]");
      if (event.target.closest(".restart")) this.restart();
      if (!starter || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      this.ask({ choice: starter.dataset.choice }, starter.textContent, starter.pathname);
    });
    // Whoever goes on by themselves is not read to any longer.
    for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => clearTimeout(this.telling));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a.switch");
      if (!link || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      if (this.switching) return;
      this.switching = true;
      this.switchTo(link)
        .catch(() => this.fail(this.say("offline_switch")))
        .then(() => { this.switching = false; });
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") tellSite({ kyr: "close" });
    });
    document.addEventListener("kyr-leave", () => {
      this.drop();
      tellSite({ kyr: "leave" });
    });
    // Browsers keep pages as they are, for "back": not one whose conversation was ended meanwhile.
    window.addEventListener("pagehide", () => { document.documentElement.hidden = true; });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted && stored(MARK) !== this.mark) location.reload();
      else document.documentElement.hidden = false;
    });
    window.addEventListener("online", () => this.tryAgain());
    this.querySelector("form").hidden = false;
    tellSite({ kyr: "ready" });
    if (this.session) this.resume();
  }

  get input() { return this.querySelector("textarea"); }

  send() {
    const text = this.input.value.trim();
    if (text) this.ask({ message: text }, text);
  }

  // `page` is where the answer can be read without us.
  ask(question, shown, page) {
    if (this.sending) return;
    clearTimeout(this.timer);
    // By its id the gateway knows a question that it has answered when only the answer was lost.
    this.pending = { question: Object.assign({ id: random() }, question), shown, page, tries: 0 };
    this.deliver();
  }

  async deliver() {
    const pending = this.pending;
    this.setSending(true);
    const slow = setTimeout(() => this.pending === pending && this.note("slow"), SECONDS_UNTIL_SLOW * 1000);
    const answer = await this.post(pending.question);
    clearTimeout(slow);
    // Whoever has started over or left meanwhile does not want this answer any more.
    if (this.pending !== pending) {
      if (answer) forget(answer.body.session);
      return;
    }
    this.setSending(false);
    if (!answer) {
      this.failed(pending);
      return;
    }
    if (answer.body.error === "unknown_choice" && pending.shown) {
      // The conversation has been forgotten meanwhile: what was chosen is asked as a question.
      pending.question = { id: random(), message: pending.shown };
      if (!this.input.value) this.input.value = pending.shown;
      this.deliver();
      return;
    }
    this.pending = null;
    this.fail(answer.ok ? "" : answer.body.message[document.documentElement.lang]);
    if (answer.ok) this.show(answer.body, pending);
    this.followLanguage();
  }

  // Return what the gateway says, or null where nothing or nothing readable came.
  async post(question) {
    try {
      const answer = await fetchInTime("/api/chat", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(Object.assign({}, question, { session: this.session, lang: this.language })),
      }, (response) => response.json());
      // An error that is not ours comes from something in between, such as a hotel's network.
      return answer.body.replies || (answer.body.message && answer.body.message.en) ? answer : null;
    } catch (error) {
      return null;
    }
  }

  failed(pending) {
    const seconds = SECONDS_BETWEEN_TRIES[pending.tries];
    pending.tries += 1;
    const kind = seconds ? "offline" : "not_sent";
    // What was chosen stands in no box.
    this.fail(this.say(pending.question.message ? kind : `${kind}_choice`));
    if (seconds) this.timer = setTimeout(() => this.tryAgain(), seconds * 1000);
    if (pending.tries > 1) return;
    if (pending.page) this.openSaved(pending);
    else if (pending.question.message) this.searchSaved(pending);
  }

  // Without a signal the answer is read on its page, if the phone has that.
  async openSaved(pending) {
    const saved = window.caches && !embedded && await caches.match(pending.page).catch(() => null);
    if (this.pending !== pending) return;
    if (!saved) {
      this.offerPages(document.documentElement.lang, [link(pending.page, pending.shown)]);
      return;
    }
    clearTimeout(this.timer);
    this.pending = null;
    location.href = pending.page;
  }

  tryAgain() {
    clearTimeout(this.timer);
    if (!this.pending || this.sending) return;
    // Whoever has written something else since does not want this one any more.
    const dropped = this.pending.question.message && this.input.value.trim() !== this.pending.shown;
    if (dropped) {
      this.pending = null;
      this.fail(this.say("not_sent"));
    } else {
      this.deliver();
    }
  }

  show(body, pending) {
    this.session = body.session;
    store(REMEMBERED, this.session);
    // What an answer is for: what was written, or else the choice, except one that made the question clear.
    if (pending.question.message || (this.answered && pending.shown)) this.asked = pending.shown;
    this.answered = body.replies.some(({ topic }) => topic);
    const replies = body.replies.map((one) => this.reply(one));
    let first = replies[0];
    if (pending.shown) {
      first = this.message("you", this.language, pending.shown, []);
      this.log.append(first);
      // A long message scrolls in its place (style.css), by keyboard too.
      const heading = first.firstChild;
      if (heading.scrollHeight > heading.clientHeight) heading.tabIndex = 0;
    }
    this.log.append(...replies);
    // What other scripts of the page have to say of a reply: a button for its row, the first `.tools` in it.
    replies.forEach((made, index) => document.dispatchEvent(new CustomEvent("kyr-message", {
      detail: { element: made, reply: body.replies[index] },
    })));
    this.querySelector(".restart").hidden = false;
    if (pending.question.message && this.input.value.trim() === pending.shown) this.input.value = "";
    this.language = body.lang;
    this.announce(body.replies);
    // Nobody who is writing already, or reading elsewhere, is taken away from it.
    const active = document.activeElement;
    if (this.input.value || !(active === document.body || this.contains(active))) return;
    // From a choice on, reading goes on at what was chosen; on a phone the keyboard makes room.
    if (pending.shown && !(active === this.input && !matchMedia("(pointer: coarse)").matches)) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
    // The question stays in sight above the beginning of its answer.
    first.scrollIntoView();
  }

  // Hear once what is new, a sentence or a step at a time; buttons and links stand in the conversation itself.
  announce(replies) {
    const pieces = [];
    for (const one of replies) {
      const add = (text, lang) => pieces.push(element("p", { lang: lang || one.lang }, text));
      for (const { kind, lines, calls } of one.blocks) {
        for (const spans of lines) add(spans.map(({ text }) => text).join(""), kind === "say" && "en");
        if (calls) calls.slice(0, MOST_CALLS).forEach((call) => add(said(call)));
      }
      if (!one.topic) one.buttons.forEach(({ title }) => add(title));
      one.services.forEach(({ name }) => add(name));
    }
    this.tell(pieces);
  }

  tell(pieces) {
    clearTimeout(this.telling);
    clearTimeout(this.told);
    this.announced.textContent = "";
    const next = () => {
      const piece = pieces.shift();
      this.announced.append(piece);
      if (pieces.length) this.telling = setTimeout(next, piece.textContent.length * MILLISECONDS_A_LETTER);
    };
    next();
    const letters = pieces.reduce((sum, piece) => sum + piece.textContent.length, 0);
    this.told = setTimeout(() => { this.announced.textContent = ""; },
      SECONDS_ANNOUNCED * 1000 + letters * MILLISECONDS_A_LETTER);
  }

  async resume() {
    const answer = await this.post({ choice: "again" });
    const untouched = this.session && !this.pending && this.log.children.length === 1;
    if (answer && answer.ok && untouched) this.show(answer.body, { question: {} });
  }

  async switchTo(link) {
    const page = await fetchInTime(link.href, { headers: { Accept: "text/html" } }, (response) => response.text());
    if (!page.ok) throw new Error(link.href);
    const twin = new DOMParser().parseFromString(page.body, "text/html");
    const typed = this.input.value;
    for (const part of ["header", ".urgent", ".skip", "#log > :first-child", "kyr-chat form", ".restart", ".save", "#topics", ".back", "footer"]) {
      const [here, there] = [document.querySelector(part), twin.querySelector(part)];
      if (here && there) here.replaceWith(document.adoptNode(there));
    }
    this.querySelector("form").hidden = false;
    this.querySelector(".restart").hidden = this.log.children.length < 2;
    this.input.value = typed;
    this.language = twin.documentElement.lang;
    this.log.setAttribute("aria-label", twin.querySelector("#log").getAttribute("aria-label"));
    document.documentElement.lang = this.language;
    document.title = twin.title;
    history.replaceState(null, "", link.href);
    document.dispatchEvent(new Event("kyr-language"));
    tellSite({ kyr: "language", language: this.language });
    document.querySelector("a.switch").focus({ preventScroll: true });
    this.setSending(Boolean(this.sending));
    this.switched = true;
    this.followLanguage();
  }

  // The conversation goes on in the language of the page; where a question is under way, after its answer.
  followLanguage() {
    if (!this.switched || this.pending || !this.session) return;
    this.switched = false;
    this.ask({ choice: `language:${document.documentElement.lang}` });
  }

  restart() {
    this.drop();
    this.mark = this.newMark();
    while (this.log.children.length > 1) this.log.lastElementChild.remove();
    this.querySelector(".restart").hidden = true;
    this.input.value = "";
    this.fail("");
    this.tell([element("p", {}, this.say("started_over"))]);
    this.language = document.documentElement.lang;
    this.input.focus();
  }

  // End the conversation, here and at the gateway; an answer under way is not shown any more.
  drop() {
    clearTimeout(this.timer);
    this.pending = null;
    this.switched = false;
    this.setSending(false);
    forget(this.session);
    this.session = this.asked = undefined;
    store(REMEMBERED, "");
  }

  newMark() {
    const mark = random();
    store(MARK, mark);
    return mark;
  }

  async searchSaved(pending) {
    const text = pending.shown;
    try {
      const indexes = await Promise.all(LANGUAGES.map((language) =>
        fetch(`/${language}/search.json`).then((response) => response.json())));
      if (this.pending !== pending) return;
      const found = indexes.map((index) => search(index, text));
      // People ask in either language, whatever the page is in.
      const best = found[1].score > found[0].score || (found[1].score === found[0].score && this.language === "es") ? 1 : 0;
      const [language, { topics }] = [LANGUAGES[best], found[best]];
      const links = topics.map((topic) => link(`/${language}/${topic.replace(".", "/")}`, indexes[best].titles[topic]));
      this.offerPages(language, links);
    } catch (error) {
      // Nothing is saved; the topics are below.
    }
  }

  offerPages(language, links) {
    const parts = [element("p", {}, this.strings[language][links.length ? "saved_answers" : "no_saved_answers"])];
    if (links.length) parts.push(element("ul", {}, ...links.map((each) => element("li", {}, each))));
    this.tell([...parts[0].childNodes, ...links].map((part) => element("p", { lang: language }, part.textContent)));
    const message = this.message("bot", language, "", parts);
    this.log.append(message);
    message.scrollIntoView();
  }

  setSending(sending) {
    this.sending = sending;
    // Not "disabled", which would take the focus from whoever has just pressed it.
    this.querySelector("button[type=submit]").setAttribute("aria-disabled", sending);
    this.log.setAttribute("aria-busy", sending);
    this.note(sending ? "waiting" : "");
  }

  say(key) { return this.strings[document.documentElement.lang][key]; }

  note(key) { this.querySelector(".note").textContent = key && this.say(key); }

  fail(text) { this.querySelector(".failure").textContent = text; }

  reply(body) {
    const strings = this.strings[body.lang];
    const parts = body.blocks.map((each) => this.block(each, strings));
    if (body.services.length) {
      parts.push(element("ul", { className: "services" }, ...body.services.map((one) => service(one, strings))));
    }
    if (body.links.length) {
      parts.push(element("ul", { className: "links" }, ...body.links.map(({ path, title, kind }) =>
        element("li", {}, Object.assign(link(path, title), { className: kind })))));
    }
    const more = body.more_blocks;
    const buttons = body.buttons.filter(({ payload }) => !(more.length && payload.startsWith(CHOOSE_MORE)));
    if (buttons.length) parts.push(this.choices(buttons));
    const tools = element("div", { className: "tools" });
    if (more.length) tools.append(details(strings.more_below, ...more.map((each) => this.block(each, strings))));
    if (body.topic === "chat_privacy") parts.push(element("p", {}, link(body.page, strings.privacy_title)));
    else if (body.page) tools.append(this.share(body, strings));
    if (body.sources.length) tools.append(sources(body, strings));
    parts.push(tools);
    if (body.page && body.topic !== "chat_privacy") parts.push(this.rate(body, strings));
    return this.message("bot", body.lang, body.title || "", parts);
  }

  // An item to jump to: its heading says whose it is, and which answer or what was asked.
  message(sender, language, title, parts) {
    const name = element("span", { className: "sender" }, `${this.strings[language][sender]}: `);
    this.messages = (this.messages || 0) + 1;
    const heading = element("h2", { id: `message-${this.messages}` }, name, title);
    if (sender === "bot") heading.className = "sender";
    const made = element("article", { className: `message ${sender}`, lang: language }, heading, ...parts);
    made.setAttribute("aria-labelledby", heading.id);
    if (sender === "you") made.dir = "auto";
    return made;
  }

  block({ kind, lines, calls }, strings) {
    if (kind === "calls") return callButtons(calls, strings);
    const filled = lines.map((spans) => spans.map(({ text, uri }) => (uri ? link(uri, text) : text)));
    if (kind === "paragraph") return element("p", {}, ...filled[0]);
    if (kind === "say") return element("blockquote", { lang: "en" }, ...filled.map((line) => element("p", {}, ...line)));
    return element(kind === "steps" ? "ol" : "ul", {}, ...filled.map((line) => element("li", {}, ...line)));
  }

  choices(buttons) {
    return element("div", { className: "choices" }, ...buttons.map(({ title, payload }) =>
      button(title, () => this.ask({ choice: payload }, title))));
  }

  share({ page, cards, blocks }, strings) {
    const url = location.origin + page;
    const row = element("div", { className: "row" });
    const copied = element("p", {});
    row.append(button(strings.copy_link, () => {
      const writing = navigator.clipboard ? navigator.clipboard.writeText(url) : Promise.reject();
      writing.then(() => {
        copied.textContent = strings.link_copied;
        this.tell([element("p", {}, strings.link_copied)]);
      }, () => {
        copied.textContent = `${strings.link_not_copied} `;
        copied.append(link(url, url));
      });
    }));
    if (navigator.share) row.append(button(strings.share_link, () => navigator.share({ url }).catch(() => {})));
    row.append(link(page, strings.open_page));
    if (cards) row.append(link(cards, strings.print_cards));
    return details(strings.share, row, copied);
  }

  rate({ topic }, strings) {
    const asked = element("div", { className: "rate" }, element("span", {}, strings.helped));
    const question = this.asked;
    const send = (more) => {
      fetch("/api/feedback", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(Object.assign({ session: this.session, topic, helpful: false }, more)),
      }).catch(() => {});
    };
    const put = (text, ...buttons) => {
      const said = element("span", { tabIndex: -1 }, text);
      asked.textContent = "";
      asked.append(said, ...buttons);
      said.focus({ preventScroll: true });
    };
    const thank = () => put(strings.thanks);
    const keep = () => {
      send({ question });
      put(strings.question_kept);
    };
    asked.append(button(`👍 ${strings.yes}`, () => {
      send({ helpful: true });
      thank();
    }), button(`👎 ${strings.no}`, () => {
      send({});
      // Offered where the gateway keeps questions at all, and the question is still on the screen.
      if (!strings.keep_question || !question) thank();
      else put(strings.keep_question, button(strings.yes, keep), button(strings.no, thank));
    }));
    return asked;
  }
}

// Fetch and read; fails where it is not done in time.
async function fetchInTime(url, options, read) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), SECONDS_TO_ANSWER * 1000);
  try {
    const response = await fetch(url, Object.assign({ signal: control.signal }, options));
    return { ok: response.ok, body: await read(response) };
  } finally {
    clearTimeout(timer);
  }
}

// The saved topics whose words a question has most of, and how well all of them know its words.
function search({ stem_length: length, words }, text) {
  const folded = text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "").split(/[^a-z0-9]+/);
  const stems = new Set(folded.filter((word) => word.length > 1 || /\d/.test(word)).map((word) => word.slice(0, length)));
  const scores = Object.keys(words).map((topic) => {
    const score = Array.from(stems).reduce((sum, stem) => sum + (words[topic][stem] || 0), 0);
    return { topic, score };
  });
  const best = scores.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).slice(0, MOST_FOUND);
  return { topics: best.map(({ topic }) => topic), score: scores.reduce((sum, { score }) => sum + score, 0) };
}

// Those to call, the first ones as buttons.
function callButtons(calls, strings) {
  const list = (some) => element("ul", { className: "calls" }, ...some.map((one) => element("li", {}, callButton(one))));
  const [first, rest] = [calls.slice(0, MOST_CALLS), calls.slice(MOST_CALLS)];
  return element("div", {}, list(first), ...(rest.length ? [details(strings.more_calls, list(rest))] : []));
}

function callButton({ name, number, uri, open, opening, caution }) {
  const made = link(uri, "");
  const state = element("small", { className: open ? "open" : "" }, [opening, caution].filter(Boolean).join(" "));
  // What is read on the web is no number to call, and may be broken over two lines.
  const phone = uri.startsWith("tel:");
  made.className = phone ? "call" : "website";
  made.append(element("span", {}, element("strong", {}, name), name === number ? "" : " ",
    element("span", { className: phone ? "number" : "" }, name === number ? "" : number)), state);
  return made;
}

// What a button to call says when it is heard.
function said({ name, number, opening, caution }) {
  return [name === number ? name : `${name}, ${number}`, opening, caution].filter(Boolean).join(". ");
}

function service(item, strings) {
  const facts = SERVICE_FACTS.filter((key) => item[key]).map((key) => fact(strings[key], item[key]));
  const away = item.distance ? ` (${item.distance})` : "";
  if (item.address) facts.unshift(fact(strings.address, item.address + away));
  if (item.url) facts.unshift(fact(strings.website, link(item.url, item.url)));
  if (item.checked) facts.push(fact(strings.service_checked, item.checked));
  const calls = item.phones.map(({ uri, number, about }) => {
    const call = link(uri, `${strings.phone} ${number}`);
    call.className = "call";
    return element("p", {}, call, about ? ` ${about}` : "");
  });
  const opening = item.opening ? [element("p", { className: item.open ? "opening open" : "opening" }, item.opening)] : [];
  const alerts = [item.confirm, item.alert].filter(Boolean).map((text) => element("p", { className: "alert" }, text));
  return element("li", {}, element("h3", {}, item.name), ...opening, ...calls, element("p", {}, item.description),
    ...alerts, details(strings.service_more, element("dl", {}, ...facts)));
}

function fact(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function sources(body, strings) {
  const list = body.sources.map(({ url, title }) => element("li", {}, link(url, title)));
  return details(strings.sources, element("p", {}, `${strings.checked} ${body.reviewed_shown}`), element("ul", {}, ...list));
}

function details(title, ...parts) {
  return element("details", {}, element("summary", {}, title), ...parts);
}

function button(title, pressed) {
  const made = element("button", { type: "button" }, title);
  made.addEventListener("click", pressed);
  return made;
}

function link(uri, text) {
  // Only what the gateway sends; anything else stays text.
  if (!/^(tel:|https?:\/\/|\/[a-z])/.test(uri)) return document.createTextNode(text);
  const made = element("a", { href: uri, rel: "noopener noreferrer" }, text);
  // Other websites refuse to be shown inside a frame.
  if (embedded && !uri.startsWith("tel:")) made.target = "_blank";
  return made;
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function stored(key) {
  try { return sessionStorage.getItem(key) || undefined; } catch (error) { return undefined; }
}

function store(key, value) {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch (error) {
    // Not allowed: the conversation then lasts as long as the page.
  }
}

// The page script tells the gateway, as it does when somebody leaves from a page without a chat.
function forget(session) {
  document.dispatchEvent(new CustomEvent("kyr-forget", { detail: session }));
}

function random() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (number) => number.toString(36)).join("-");
}

// Where the chat stands in a frame, the script around it (templates/embed.js) learns these things.
function tellSite(message) {
  if (embedded) window.parent.postMessage(message, "*");
}

customElements.define("kyr-chat", KnowYourRightsChat);
