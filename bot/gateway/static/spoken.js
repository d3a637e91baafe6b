// What is played or shown to an agent: the words fill the screen by the address alone (shown.css); here their
// sound begins with the same press, ends with them, and Escape closes them.

let sounding;

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const shown = link && document.getElementById(link.hash.slice(1));
  const sound = shown && shown.querySelector("audio");
  if (sound) begin(sound);
  if (!link || !link.matches(".close")) return;
  // In the place of what was opened, so that "back" does not open it again.
  event.preventDefault();
  location.replace(link.hash);
});
document.addEventListener("keydown", (event) => {
  const close = event.key === "Escape" && document.querySelector(".shown:target .close");
  if (close) close.click();
});
window.addEventListener("hashchange", () => {
  if (sounding && !sounding.closest(":target")) sounding.pause();
});

function begin(sound) {
  sounding = sound;
  sound.currentTime = 0;
  // Refused or not there: the words are on the screen.
  sound.play().catch(() => {});
}
