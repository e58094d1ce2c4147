"""What a lesson page offers beside the text: reports of mistakes, a cue of what goes on, and a print."""

from playwright.sync_api import expect

from tests.e2e.conftest import Visitor

LESSON = "/lessons/mlp-xor/"
AFTER = "(link) => getComputedStyle(link, '::after').content"
# Of all parts that may scroll: how much of the right edge fades, how much more is there, and is there a fade.
EDGES = """
async (scrollLeft) => {
  const parts = [...document.querySelectorAll(".math-block, .scroll, pre")];
  for (const part of parts) part.scrollLeft = scrollLeft;
  await document.fonts.ready;
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  return parts.map((part) => {
    const style = getComputedStyle(part);
    const fade = Math.floor(parseFloat(style.getPropertyValue("--beyond")));
    return [fade, part.scrollWidth - part.clientWidth - part.scrollLeft, style.maskImage !== "none"];
  });
}
"""


def test_the_form_for_mistakes_comes_to_the_paragraph_under_the_pointer(visitor: Visitor) -> None:
    page = visitor.go(LESSON)
    paragraph = page.locator(".prose > p").nth(1)
    paragraph.hover()

    button = page.get_by_role("button", name="Mistake?")
    box, beside = button.bounding_box(), paragraph.bounding_box()
    button.click()

    assert box is not None
    assert beside is not None
    assert abs(box["y"] - beside["y"]) < 2
    expect(page.get_by_label("What is wrong with it?")).to_be_focused()
    expect(page.get_by_label("Where")).to_have_value("section-one-line-is-not-enough-are-two")
    words = paragraph.inner_text().split(".")[0]
    assert page.get_by_label("The sentence or paragraph").input_value().startswith(words)
    assert page.evaluate("document.querySelector('.prose > p:nth-of-type(2) + #mistake') !== null")

    page.get_by_label("What is wrong with it?").fill("Are they not three?")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("Your report has reached those who teach this course.")).to_be_visible()


def test_on_a_phone_a_part_that_goes_on_beside_the_screen_fades_out_there(visitor: Visitor) -> None:
    page = visitor.go(LESSON)
    page.set_viewport_size({"width": 360, "height": 900})

    edges = page.evaluate(EDGES, 0)
    assert {fade for fade, _, _ in edges} > {0, 42}
    assert all(fade == min(more, 42) for fade, more, _ in edges)

    assert {fade for fade, _, _ in page.evaluate(EDGES, 9999)} == {0}

    page.emulate_media(media="print")
    assert {fades for _, _, fades in page.evaluate(EDGES, 0)} == {False}


def test_a_printed_lesson_has_the_text_of_its_figures_and_its_links(visitor: Visitor) -> None:
    page = visitor.go(LESSON)
    page.locator("nn-xor-lab").scroll_into_view_if_needed()
    expect(page.locator("nn-xor-lab .figure-live")).to_be_visible()
    page.emulate_media(media="print")

    expect(page.locator("nn-xor-lab .fallback")).to_be_visible()
    for unwanted in (".figure-live", ".bar", ".timeline-rail", ".pager", "#mistake", ".foot"):
        expect(page.locator(unwanted).first).to_be_hidden()
    link = page.locator(".exercise-card a").first
    assert "/exercises/" in link.evaluate(AFTER)
