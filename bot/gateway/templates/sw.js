// The service worker: keeps every answer, the directory and the search index on the phone, so that they
// can be read without a signal. A conversation is never kept: it goes to /api/, which is left alone here.

const CACHE = "answers-{{ version }}";
const LANGUAGES = {{ languages|tojson }};
const ASSETS = {{ assets|tojson }};
// A page that does not come in this time is shown as it was saved.
const MILLISECONDS_TO_ANSWER = 4000;
// The last day on which a saved answer may be shown as it is; header of saved pages.
const USE_BY = "Use-By";
// Before the path of what is shown from then on: the answer without what the courts said.
const LATER = "/later";

self.addEventListener("install", (event) => event.waitUntil(save().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(
  caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
    .then(() => self.clients.claim())
));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (/^\/(en|es)?(\/|$)/.test(url.pathname)) event.respondWith(page(event.request, url));
  } else if (url.pathname.startsWith("/static/") || url.pathname.endsWith("/search.json")) {
    event.respondWith(kept(url).then((found) => (found ? part(event.request, found) : fetch(event.request))));
  } else if (event.request.headers.get("Accept") === "text/html") {
    // The page script asks for the twin of a page when the language is switched.
    event.respondWith(page(event.request, url));
  }
});

async function save() {
  const cache = await caches.open(CACHE);
  await cache.addAll(ASSETS.concat(LANGUAGES.map((language) => `/${language}/search.json`)));
  for (const language of LANGUAGES) {
    const response = await fetch(`/${language}/pages.json`, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${response.status}`);
    const policy = response.headers.get("Content-Security-Policy");
    const { pages } = await response.json();
    const put = (path, html, useBy) => cache.put(path, new Response(html, {
      headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, [USE_BY]: useBy || "" },
    }));
    for (const path of Object.keys(pages)) {
      await put(path, pages[path].html, pages[path].use_by);
      if (pages[path].later) await put(LATER + path, pages[path].later);
    }
  }
}

async function page(request, url) {
  const saved = await kept(url);
  const fresh = fetch(request);
  if (!saved) return fresh.catch(() => home(url));
  const patience = new Promise((resolve) => setTimeout(resolve, MILLISECONDS_TO_ANSWER));
  const answered = await Promise.race([fresh.catch(() => undefined), patience]);
  return answered && answered.status < 500 ? answered : saved;
}

async function kept(url) {
  const cache = await caches.open(CACHE);
  const path = url.pathname.startsWith("/static/") ? url.pathname + url.search : url.pathname;
  const found = await cache.match(path);
  const useBy = found && found.headers.get(USE_BY);
  // The day begins and ends where the phone is; an hour more or less does not matter here.
  if (useBy && new Date().toISOString().slice(0, 10) > useBy) return cache.match(LATER + path);
  return found;
}

// Safari plays a sound only where it gets the parts that it asks for.
async function part(request, found) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range") || "");
  if (!range) return found;
  const whole = await found.arrayBuffer();
  const first = Number(range[1]);
  const last = Math.min(Number(range[2] || whole.byteLength - 1), whole.byteLength - 1);
  return new Response(whole.slice(first, last + 1), {
    status: 206,
    headers: {
      "Content-Type": found.headers.get("Content-Type"),
      "Content-Range": `bytes ${first}-${last}/${whole.byteLength}`,
    },
  });
}

async function home(url) {
  const cache = await caches.open(CACHE);
  return (await cache.match(url.pathname.startsWith("/en") ? "/en/" : "/es/")) || Response.error();
}
