/** Small helps for every page: focus on the error summary, and a timeline that is open where there is room. */
const summary = document.querySelector(".error-summary");
if (summary) summary.focus();

const timeline = document.querySelector(".timeline details");
const wide = matchMedia("(min-width: 62rem)");
if (timeline) {
  const fit = () => { timeline.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
}
