// Reads an answer aloud with the voices that the phone has itself: those that would send the text to a company
// are left out. English words to say have an English voice. Where there is no voice, there is no button.

const strings = JSON.parse(document.getElementById("aids").dataset.strings);
const speech = window.speechSynthesis;
const SECONDS_FOR_VOICES = 3;
// What is read, and what stands in it and is not: buttons, sources, what is only for the eye.
const READ = "h1, h2, h3, p, li, dt, dd";
const NOT_READ = "details, form, nav, .sender, .row, .rate, .choices, .sources, .voice, .services dl";
let reading;

document.addEventListener("kyr-listen", ({ detail }) => listen(detail));

async function listen(element) {
  if (!speech || !window.SpeechSynthesisUtterance) return;
  const voices = await found();
  const { lang } = element.closest("[lang]");
  if (!voiceFor(voices, lang) || element.querySelector(".listen")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "listen";
  button.lang = lang;
  const stopped = () => {
    if (reading === button) reading = undefined;
    button.textContent = `🔊 ${strings[lang].listen}`;
  };
  button.addEventListener("click", () => {
    const again = reading === button;
    stop();
    if (again) return;
    reading = button;
    button.textContent = `⏹ ${strings[lang].listen_stop}`;
    read(element, voices, stopped);
  });
  button.addEventListener("kyr-stopped", stopped);
  stopped();
  element.prepend(button);
}

function stop() {
  if (!reading) return;
  const button = reading;
  reading = undefined;
  speech.cancel();
  button.dispatchEvent(new Event("kyr-stopped"));
}

window.addEventListener("pagehide", stop);
document.addEventListener("kyr-leave", stop);

function read(element, voices, ended) {
  const button = reading;
  const pieces = Array.from(element.querySelectorAll(READ))
    .filter((piece) => !piece.closest(NOT_READ) && !piece.querySelector(READ))
    .map((piece) => ({ text: piece.textContent.replace(/_+/g, "…").trim(), voice: voiceFor(voices, piece.closest("[lang]").lang) }))
    .filter(({ text, voice }) => text && voice);
  // A piece at a time: browsers break off what is long.
  const next = () => {
    if (reading !== button) return;
    const piece = pieces.shift();
    if (!piece) {
      ended();
      return;
    }
    const said = new SpeechSynthesisUtterance(piece.text);
    said.voice = piece.voice;
    said.lang = piece.voice.lang;
    said.onend = next;
    said.onerror = () => { if (reading === button) ended(); };
    speech.speak(said);
  };
  next();
}

// The phone's own voice for a language, best the one of this country.
function voiceFor(voices, language) {
  const fitting = voices.filter(({ lang, localService }) => localService && lang.toLowerCase().split(/[-_]/)[0] === language);
  const near = fitting.filter(({ lang }) => /[-_](us|mx)$/i.test(lang));
  return near[0] || fitting[0];
}

// Browsers learn of the voices only after a while.
function found() {
  const now = speech.getVoices();
  if (now.length) return Promise.resolve(now);
  return new Promise((resolve) => {
    const take = () => resolve(speech.getVoices());
    if (speech.addEventListener) speech.addEventListener("voiceschanged", take);
    else speech.onvoiceschanged = take;
    setTimeout(take, SECONDS_FOR_VOICES * 1000);
  });
}
