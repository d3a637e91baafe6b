// Puts the know-your-rights chat on another website. One line is all that the site needs:
//   <script src="https://.../embed.js" async></script>
// The chat stands in a frame of its own: the site sees nothing of it, and it nothing of the site.

(function () {
  "use strict";
  var LABELS = {{ labels|tojson }};
  var script = document.currentScript;
  var origin = new URL(script.src).origin;
  var REMEMBERED = "kyr-language";
  // Narrower screens show the chat on all of them.
  var NARROW = 480;

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

  var language = known(remembered()) || known(document.documentElement.lang) || known(navigator.language) || "es";
  var host = document.createElement("div");
  // Apart from the site's own styles, whatever these are.
  var root = host.attachShadow ? host.attachShadow({ mode: "open" }) : host;
  var button = document.createElement("button");
  var panel = document.createElement("div");
  var frame = null;
  // Whether the chat has come to life in the frame; until then opening it tries anew.
  var ready = false;

  function style(element, properties) {
    Object.keys(properties).forEach(function (name) { element.style.setProperty(name, properties[name]); });
  }

  function say() {
    var labels = LABELS[language];
    host.lang = language;
    button.textContent = frame && !panel.hidden ? labels.launcher_close : labels.launcher;
    panel.setAttribute("aria-label", labels.title);
    if (frame) frame.title = labels.title;
  }

  function size() {
    var narrow = window.innerWidth <= NARROW;
    style(panel, {
      position: "fixed", "z-index": "2147483647", display: panel.hidden ? "none" : "flex", "flex-direction": "column",
      right: narrow ? "0" : "16px", bottom: narrow ? "0" : "80px",
      width: narrow ? "100%" : "400px", height: narrow ? "100%" : "640px", "max-height": narrow ? "100%" : "calc(100vh - 96px)",
      background: "#fff", border: narrow ? "0" : "1px solid #76828c", "border-radius": narrow ? "0" : "12px",
      overflow: "hidden", "box-shadow": "0 4px 24px rgba(0, 0, 0, .35)", "box-sizing": "border-box",
    });
    // Where the chat fills the screen its button would lie upon it; it then stands above the chat.
    style(button, {
      position: narrow && !panel.hidden ? "static" : "fixed", width: narrow && !panel.hidden ? "100%" : "auto",
      "border-radius": narrow && !panel.hidden ? "0" : "28px",
    });
    if (narrow && !panel.hidden) panel.insertBefore(button, panel.firstChild);
    else if (button.parentNode !== root) root.insertBefore(button, root.firstChild);
  }

  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      // Named only where the browser has it; others complain.
      frame.setAttribute("allow", navigator.share ? "clipboard-write; web-share" : "clipboard-write");
      frame.setAttribute("referrerpolicy", "no-referrer");
      style(frame, { flex: "1", width: "100%", border: "0", "min-height": "0", background: "#fff" });
      panel.appendChild(frame);
    }
    if (!ready) frame.src = origin + "/embed/" + language + "/";
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    size();
    say();
    frame.focus();
  }

  function close() {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    size();
    say();
    button.focus();
  }

  host.style.setProperty("all", "initial", "important");
  host.style.setProperty("display", "block", "important");
  button.type = "button";
  button.id = "launcher";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "panel");
  style(button, {
    right: "16px", bottom: "16px", "z-index": "2147483647", "min-height": "56px", padding: "8px 20px",
    border: "2px solid #fff", background: "#0b4f6c", color: "#fff", cursor: "pointer",
    font: "600 17px/1.3 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "box-sizing": "border-box",
  });
  button.addEventListener("click", function () { if (panel.hidden) open(); else close(); });
  panel.id = "panel";
  panel.hidden = true;
  panel.setAttribute("role", "dialog");

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && !panel.hidden) close();
  });
  window.addEventListener("resize", size);
  window.addEventListener("message", function (event) {
    if (event.origin !== origin || !frame || event.source !== frame.contentWindow || !event.data) return;
    if (event.data.kyr === "ready") ready = true;
    if (event.data.kyr === "close") close();
    if (event.data.kyr === "leave") remember("");
    if (event.data.kyr === "language" && known(event.data.language)) {
      language = known(event.data.language);
      remember(language);
      say();
    }
  });

  function add() {
    root.appendChild(button);
    root.appendChild(panel);
    document.body.appendChild(host);
    size();
    say();
  }
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
})();
