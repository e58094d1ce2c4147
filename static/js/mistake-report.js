/** A button beside the paragraph under the pointer, which brings the report form there, filled in. */

const LONGEST_QUOTE = 1000;
const MARGIN = 120;

const form = document.querySelector("#mistake");
const prose = document.querySelector(".prose");
if (form && prose && window.matchMedia("(hover: hover)").matches) offerReports();

function offerReports() {
  const home = document.createElement("div");
  form.before(home);
  home.append(form);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "mistake-button";
  button.textContent = "Mistake?";
  button.title = "Report a mistake in this paragraph";
  let block = null;
  prose.addEventListener("pointerover", ({ target }) => {
    const found = blockOf(target);
    if (!found || found === block) return;
    block = found;
    button.classList.toggle("above", found.offsetWidth > prose.clientWidth - MARGIN);
    button.style.insetBlockStart = `${found.offsetTop}px`;
    prose.append(button);
  });
  button.addEventListener("click", () => {
    bring(block);
    block = null;
    button.remove();
  });
  form.addEventListener("toggle", () => {
    if (!form.open) home.append(form);
  });
}

/** The child of the text that holds an element; the form and its button are none. */
function blockOf(element) {
  let block = element;
  while (block && block.parentElement !== prose) block = block.parentElement;
  return block && block !== form && !block.matches(".mistake-button") ? block : null;
}

function bring(block) {
  form.querySelector("[name=anchor]").value = anchorOf(block);
  form.querySelector("[name=quote]").value = wordsOf(block).slice(0, LONGEST_QUOTE);
  block.after(form);
  form.open = true;
  form.querySelector("[name=words]").focus();
}

/** The id of the heading above a block, or of itself. */
function anchorOf(block) {
  let heading = block;
  while (heading && !heading.matches("h2[id], h3[id]")) heading = heading.previousElementSibling;
  return heading?.id ?? "";
}

/** What a reader sees of a block; formulas without their LaTeX, figures by their caption. */
function wordsOf(block) {
  const copy = (block.querySelector("figcaption") ?? block).cloneNode(true);
  copy.querySelectorAll("annotation, script").forEach((part) => part.remove());
  return copy.textContent.replace(/\s+/g, " ").trim();
}
