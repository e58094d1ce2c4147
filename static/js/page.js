/** Small helps for every page; without them each page still works. */

focusErrorSummary();
openTimeline();
closeMenus();

/** The page came back with errors: say so first. */
function focusErrorSummary() {
  document.querySelector(".error-summary")?.focus();
}

/** The timeline is open where there is room for it; style sheets alone do this in newer browsers. */
function openTimeline() {
  const timeline = document.querySelector(".timeline details");
  const wide = matchMedia("(min-width: 62rem)");
  const fit = () => { timeline.open = wide.matches; };
  if (!timeline) return;
  wide.addEventListener("change", fit);
  fit();
}

/** A menu closes with Escape and when the focus or a click goes elsewhere. */
function closeMenus() {
  for (const menu of document.querySelectorAll("details.menu")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }
}
