"""The judges of the corpus can condemn."""

import pytest

from tests.hostile.cases import body
from tests.hostile.crawling import cells_that_compute
from tests.hostile.judging import PROBLEM_TYPE, Received, faults, what_would_run

CASE = body("an example", "{", "not valid JSON")


@pytest.mark.parametrize(
    "page",
    [
        "<p><script>alert(1)</script>",
        '<script src="//evil.example/x.js"></script>',
        "<img src=x onerror=alert(1)>",
        '<a href=" JavaScript:alert(1)">',
        "<iframe></iframe>",
        '<base href="//evil.example/">',
    ],
)
def test_what_a_browser_would_run_is_found(page: str) -> None:
    assert len(what_would_run(page)) == 1


@pytest.mark.parametrize(
    "page",
    [
        "<p>&lt;script&gt;",
        '<script type="module" src="/static/js/a.js">',
        '<script type="application/json">{}',
    ],
)
def test_text_and_the_sites_own_modules_are_let_pass(page: str) -> None:
    assert what_would_run(page) == []


def test_a_cell_that_computes_is_found_and_a_number_is_not() -> None:
    assert cells_that_compute('"=1+1",-5,"@SUM(A1)",\'=1\n＝1,Ada,1e3') == ["=1+1", "@SUM(A1)", "＝1"]


@pytest.mark.parametrize(
    ("received", "words"),
    [
        (Received(500, PROBLEM_TYPE, "not valid JSON"), "status 500"),
        (Received(422, "application/json", "not valid JSON"), "is application/json"),
        (Received(422, PROBLEM_TYPE, '"not valid JSON"'), "has the keys"),
        (Received(422, PROBLEM_TYPE, "not valid JSON Traceback (most recent call last)"), "leaks"),
        (Received(422, PROBLEM_TYPE, "{}"), "does not say"),
    ],
)
def test_an_answer_that_is_not_the_documented_one_is_condemned(received: Received, words: str) -> None:
    assert any(words in fault for fault in faults(CASE, received, []))
