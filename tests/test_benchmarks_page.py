"""What was measured on another machine stays on the page."""

from bench.page import OPENING, PAGE, with_part


def test_a_part_replaces_its_own_machine_and_keeps_the_others() -> None:
    page = with_part(with_part("", "## A\n\nfirst\n\n### Starting\n\nquick\n"), "## B\n\nother\n")

    again = with_part(page, "## A\n\nsecond\n")

    assert again == f"{OPENING}## A\n\nsecond\n\n## B\n\nother\n"


def test_the_page_is_what_the_benchmark_writes() -> None:
    page = PAGE.read_text()
    last = page[page.rindex("\n## ") + 1 :]

    assert with_part(page, last) == page
