// Puts links to the pages for a family under an answer of the chat; page.js fetches it when there is one.

document.addEventListener("kyr-family", ({ detail: { element, links } }) => {
  if (element.querySelector(".family-links")) return;
  const row = document.createElement("div");
  row.className = "row family-links";
  for (const [address, title] of links) {
    const link = Object.assign(document.createElement("a"), { href: address, textContent: title });
    // What is typed there is no business of a website that shows the chat in a frame.
    if (window.top !== window) Object.assign(link, { target: "_blank", rel: "noopener" });
    row.append(link);
  }
  // Above what can be opened, where there is such a row.
  const tools = element.querySelector(".tools");
  if (tools) tools.before(row);
  else element.append(row);
});
