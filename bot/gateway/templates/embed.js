// Puts the know-your-rights chat on another website. One line is all that the site needs:
//   <script src="https://.../embed.js" async></script>
// What the line may be told is in docs/channels.md: data-side, data-bottom, data-color, data-topic.
// The chat stands in a frame of its own: the site sees nothing of it, and it nothing of the site.

(function () {
  "use strict";
  // A second line on the same page adds no second button.
  if (window.kyrEmbed) return;
  window.kyrEmbed = true;
  var LABELS = {{ labels|tojson }};
  var HOTLINE = {{ hotline|tojson }};
  var own = document.currentScript || document.querySelector("script[src*='/embed.js']");
  var origin = new URL(own.src).origin;
  var REMEMBERED = "kyr-language";
  // Narrower and lower screens show the chat on all of them.
  var NARROW = 480;
  var LOW = 480;
  var HEIGHT = 56;
  var GAP = 8;
  // A frame that is not there by then is taken for refused: by the site's policy, by ours, or by a lost line.
  var SECONDS_TO_LOAD = 5;
  // What red, green and blue count for how light a color is, and from where on black is read better on it (WCAG).
  var WEIGHTS = [0.2126, 0.7152, 0.0722];
  var LIGHT = 0.179;

  function remembered() {
    try { return sessionStorage.getItem(REMEMBERED); } catch (error) { return null; }
  }

  function remember(chosen) {
    // For this visit only: nothing stays on the phone that tells of the chat.
    try { sessionStorage.setItem(REMEMBERED, chosen); } catch (error) { /* not allowed: asked again */ }
  }

  function known(code) {
    var short = (code || "").slice(0, 2).toLowerCase();
    return LABELS[short] ? short : null;
  }

  // The line that counts, whichever runs first: the first one that says something, or else the first one.
  function counting() {
    var lines = Array.prototype.filter.call(document.querySelectorAll("script[src]"), function (line) {
      return line.src.split(/[?#]/)[0] === own.src.split(/[?#]/)[0];
    });
    var saying = lines.filter(function (line) {
      return ["side", "bottom", "color", "topic"].some(function (name) { return line.hasAttribute("data-" + name); });
    });
    return saying[0] || lines[0] || own;
  }

  function told(name, form, otherwise) {
    var value = (script.getAttribute("data-" + name) || "").trim();
    return form.test(value) ? value : otherwise;
  }

  function lightness(color) {
    return [1, 3, 5].reduce(function (sum, at, index) {
      var part = parseInt(color.slice(at, at + 2), 16) / 255;
      return sum + WEIGHTS[index] * (part <= 0.03928 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
    }, 0);
  }

  var script, side, wanted, color, ink, topic;
  var language = known(remembered()) || known(document.documentElement.lang) || known(navigator.language) || "es";
  var host = document.createElement("div");
  // Apart from the site's own styles, whatever these are.
  var root = host.attachShadow ? host.attachShadow({ mode: "open" }) : host;
  var launcher = document.createElement("button");
  var panel = document.createElement("div");
  var waiting = document.createElement("p");
  var frame = null;
  var timer = null;
  // Whether the chat has come to life in the frame. Until then the frame is not shown: a browser that refuses
  // it would say so in its place. Opening it again tries anew.
  var ready = false;

  function read() {
    script = counting();
    side = told("side", /^(left|right)$/, "right");
    wanted = Number(told("bottom", /^\d{1,3}$/, "16"));
    color = told("color", /^#[0-9a-f]{6}$/i, "#0b4f6c");
    ink = lightness(color) > LIGHT ? "#000000" : "#ffffff";
    topic = told("topic", /^[a-z0-9_]+(\/[a-z0-9_]+)?$/, "");
  }

  function style(element, properties) {
    Object.keys(properties).forEach(function (name) { element.style.setProperty(name, properties[name]); });
  }

  // However low the screen is, the button stays on it.
  function bottom() {
    return Math.max(0, Math.min(wanted, window.innerHeight - HEIGHT - GAP));
  }

  function dress(element) {
    style(element, {
      "z-index": "2147483647", display: "inline-flex", "align-items": "center",
      "justify-content": "center", "min-height": HEIGHT + "px", padding: "8px 20px", border: "2px solid " + ink,
      background: color, color: ink, cursor: "pointer", "text-decoration": "none", "border-radius": "28px",
      font: "600 17px/1.3 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "box-sizing": "border-box",
      position: "fixed", "max-width": "calc(100vw - 32px)",
    });
    element.style.setProperty(side, "16px");
  }

  function say() {
    var labels = LABELS[language];
    host.lang = language;
    launcher.textContent = frame && !panel.hidden ? labels.launcher_close : labels.launcher;
    waiting.textContent = labels.waiting;
    panel.setAttribute("aria-label", labels.title);
    if (frame) frame.title = labels.title;
  }

  function size() {
    var wide = window.innerWidth > NARROW;
    var low = window.innerHeight - bottom() < LOW;
    var whole = !wide || low;
    var shown = whole && !panel.hidden;
    style(panel, {
      position: "fixed", "z-index": "2147483647", display: panel.hidden ? "none" : "flex",
      // On a low screen the button stands beside the chat, for a line above it would take a third of the height.
      "flex-direction": wide && low ? (side === "left" ? "row" : "row-reverse") : "column",
      bottom: whole ? "0" : bottom() + HEIGHT + GAP + "px", width: whole ? "100%" : "400px", height: whole ? "100%" : "640px",
      "max-height": whole ? "100%" : "calc(100vh - " + (bottom() + HEIGHT + 3 * GAP) + "px)",
      background: "#fff", color: "#1b1f23", border: whole ? "0" : "1px solid #76828c",
      "border-radius": whole ? "0" : "12px", overflow: "hidden", "box-shadow": "0 4px 24px rgba(0, 0, 0, .35)",
      "box-sizing": "border-box",
    });
    panel.style.setProperty(side, whole ? "0" : "16px");
    // Where the chat fills the screen its button would lie upon it.
    style(launcher, {
      position: shown ? "static" : "fixed", width: shown ? (wide ? "7.5rem" : "100%") : "auto",
      "max-width": shown ? "none" : "calc(100vw - 32px)", "border-radius": shown ? "0" : "28px", flex: "none",
      bottom: bottom() + "px",
    });
    if (shown && launcher.parentNode !== panel) panel.insertBefore(launcher, panel.firstChild);
    else if (!shown && launcher.parentNode !== root) root.insertBefore(launcher, root.firstChild);
  }

  function load() {
    style(waiting, { display: "block" });
    style(frame, { visibility: "hidden" });
    frame.src = origin + "/embed/" + language + "/" + topic;
    timer = setTimeout(giveUp, SECONDS_TO_LOAD * 1000);
  }

  function loaded() {
    var moved = focused();
    clearTimeout(timer);
    ready = true;
    style(waiting, { display: "none" });
    style(frame, { visibility: "visible" });
    // Nobody who has gone elsewhere on the page meanwhile is taken away from it.
    if (moved && !panel.hidden) frame.focus();
  }

  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      // Named only where the browser has it; others complain.
      frame.setAttribute("allow", navigator.share ? "clipboard-write; web-share" : "clipboard-write");
      frame.setAttribute("referrerpolicy", "no-referrer");
      style(frame, { flex: "1", width: "100%", border: "0", "min-height": "0", "min-width": "0", background: "#fff" });
      panel.appendChild(frame);
    }
    panel.hidden = false;
    launcher.setAttribute("aria-expanded", "true");
    size();
    say();
    // Where the button was moved it has lost the focus.
    if (ready) frame.focus();
    else launcher.focus();
    if (!ready) load();
  }

  function close() {
    clearTimeout(timer);
    panel.hidden = true;
    launcher.setAttribute("aria-expanded", "false");
    size();
    say();
    launcher.focus();
  }

  function focused() {
    return (root.activeElement || document.activeElement) === launcher;
  }

  function link(place, href, text) {
    var made = document.createElement("a");
    made.href = href;
    made.textContent = text;
    dress(made);
    style(made, { position: "static", "margin-top": GAP + "px" });
    place.appendChild(made);
    return made;
  }

  // The chat cannot be shown here: the button becomes a link to it, with whom to call if that does not open either.
  function giveUp() {
    var labels = LABELS[language];
    var moved = focused();
    var place = document.createElement("nav");
    panel.remove();
    launcher.remove();
    frame = null;
    place.setAttribute("aria-label", labels.title);
    root.appendChild(place);
    style(place, {
      position: "fixed", bottom: bottom() + "px", "z-index": "2147483647", display: "flex", "flex-direction": "column",
    });
    place.style.setProperty(side, "16px");
    link(place, HOTLINE, labels.urgent_hotline).id = "hotline";
    launcher = link(place, origin + "/" + language + "/" + topic, labels.launcher_elsewhere);
    launcher.id = "launcher";
    launcher.target = "_blank";
    launcher.rel = "noopener noreferrer";
    if (moved) launcher.focus();
  }

  host.style.setProperty("all", "initial", "important");
  host.style.setProperty("display", "block", "important");
  launcher.type = "button";
  launcher.id = "launcher";
  launcher.setAttribute("aria-expanded", "false");
  launcher.setAttribute("aria-controls", "panel");
  launcher.addEventListener("click", function () { if (panel.hidden) open(); else close(); });
  panel.id = "panel";
  panel.hidden = true;
  panel.setAttribute("role", "dialog");
  waiting.setAttribute("role", "status");
  style(waiting, { margin: "16px", font: "17px/1.5 system-ui, sans-serif" });
  panel.appendChild(waiting);

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && frame && !panel.hidden) close();
  });
  window.addEventListener("resize", function () { if (panel.parentNode) size(); });
  window.addEventListener("message", function (event) {
    if (event.origin !== origin || !frame || event.source !== frame.contentWindow || !event.data) return;
    if (event.data.kyr === "ready" && !ready) loaded();
    if (event.data.kyr === "close") close();
    if (event.data.kyr === "leave") remember("");
    if (event.data.kyr === "language" && known(event.data.language)) {
      language = known(event.data.language);
      remember(language);
      say();
    }
  });

  function add() {
    read();
    dress(launcher);
    root.appendChild(launcher);
    root.appendChild(panel);
    document.body.appendChild(host);
    size();
    say();
  }
  // Not before all lines are there.
  if (document.readyState !== "loading") add();
  else document.addEventListener("DOMContentLoaded", add);
})();
