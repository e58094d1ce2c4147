"""The keyboard alone: Tab goes through every control of a page, in order, seen, and out again."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Visitor
from tests.e2e.test_pages import PUBLIC, WAKE

MOST_PRESSES = 400
# Some pages put the focus into their first field; the walk begins at the top all the same.
START = """
() => {
  window.walked = [];
  document.querySelector(".skip").focus();
  window.scrollTo(0, 0);
}
"""
# One step of the walk: has it a ring, not cut off at the sides, is it on the screen (of a tall field a part),
# and is it folded?
LOOK = """
async () => {
  const here = document.activeElement;
  const style = getComputedStyle(here);
  const isSeen = () => {
    const box = here.getBoundingClientRect();
    const bottom = Math.min(box.bottom, window.innerHeight);
    const top = document.elementFromPoint(box.x + box.width / 2, (Math.max(box.top, 0) + bottom) / 2);
    return bottom > 0 && top !== null && (here.contains(top) || top.contains(here));
  };
  for (let frames = 0; frames < 30 && !isSeen(); frames++) await new Promise(requestAnimationFrame);
  const isWhole = () => {
    const reach = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth);
    const { left, right } = here.getBoundingClientRect();
    for (let frame = here.parentElement; frame; frame = frame.parentElement) {
      const edge = frame.getBoundingClientRect();
      const cuts = left - reach < edge.left || right + reach > edge.right;
      if (cuts && getComputedStyle(frame).overflowX !== "visible") return false;
    }
    return true;
  };
  const ringed = style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 3 && isWhole();
  walked.push({ here, ringed, seen: isSeen() });
  if (here === document.body || here === [...document.querySelectorAll(".foot a")].at(-1)) return "end";
  return here.localName === "summary" && !here.parentElement.open && here.closest("main") ? "folded" : "";
}
"""
# What Tab should have reached after the link that skips, in its order; of radio buttons one stands for all.
COMPARE = """
() => {
  const name = (one) => one.outerHTML.slice(0, 90);
  const wanted = "a[href], button, input, select, textarea, summary, [tabindex]";
  const first = (one) => document.querySelector(`input[name="${one.name}"]:checked`)
    ?? document.querySelector(`input[name="${one.name}"]`);
  const expected = [...document.querySelectorAll(".skip ~ * *")].filter((one) => one.matches(wanted)
    && one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true })
    && !(one.type === "radio" && one !== first(one)));
  return {
    expected: expected.map(name),
    walked: walked.map(({ here }) => name(here)),
    unringed: walked.filter(({ ringed }) => !ringed).map(({ here }) => name(here)),
    unseen: walked.filter(({ seen }) => !seen).map(({ here }) => name(here)),
  };
}
"""
# The header's controls as they are seen: row by row, and from the left to the right.
HEADER = """
() => {
  const controls = [...document.querySelectorAll(".bar :is(a, summary, button)")];
  const places = controls.filter((one) => one.checkVisibility())
    .map((one) => ({ name: one.innerText, box: one.getBoundingClientRect() }));
  places.sort(({ box: one }, { box: other }) => {
    if (one.bottom <= other.top) return -1;
    return other.bottom <= one.top ? 1 : one.left - other.left;
  });
  return places.map(({ name }) => name);
}
"""


def walk(page: Page) -> Any:
    """Press Tab from the top of the page to its foot, and Enter where something is folded."""
    page.evaluate(START)
    for _ in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        found = page.evaluate(LOOK)
        if found == "end":
            break
        if found == "folded":
            page.keyboard.press("Enter")
    return page.evaluate(COMPARE)


@pytest.mark.parametrize("path", PUBLIC)
def test_tab_reaches_every_control_of_a_page_in_order_and_in_sight(passer_by: Visitor, path: str) -> None:
    page = passer_by.go(path)
    page.evaluate(WAKE)

    way = walk(page)

    assert page.locator("main details:not([open])").count() == 0
    assert way["walked"] == way["expected"]
    assert way["unringed"] == []
    assert way["unseen"] == []


@pytest.mark.parametrize("width", [1280, 360])
def test_tab_goes_through_the_header_as_it_is_seen(visitor: Visitor, width: int) -> None:
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 900})
    visitor.go("/")
    for signed_in in (False, True):
        if signed_in:
            visitor.sign_in("student")
        seen = page.evaluate(HEADER)
        page.locator(".skip").focus()
        walked = []
        for _ in seen:
            page.keyboard.press("Tab")
            walked.append(page.evaluate("document.activeElement.innerText"))
        assert walked == seen
