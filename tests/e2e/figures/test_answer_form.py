"""The answer form: check at once, errors at their fields, drafts, one submission."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]

FORM = """
<form id="answer-form" method="post" action="/submit" data-check-url="/check" data-exercise="demo">
<input type="hidden" name="csrfmiddlewaretoken" value="token-1">
<input type="hidden" name="idempotency_key" value="key-1">
<label for="field-1">x₁ → h₁</label><input id="field-1" name="weights.0.weight[0][0]" value="{first}">
<label for="field-2">x₂ → h₁</label><input id="field-2" name="weights.0.weight[0][1]" value="{second}">
<label for="field-3">bias h₁</label><input id="field-3" name="weights.0.bias[0]" value="{third}">
<span id="error-field-3" class="field-error"></span>
<label for="field-4">θ</label><input id="field-4" name="gates.and.threshold" value="{fourth}">
<fieldset><legend>Inhibitory inputs</legend>
<label><input type="checkbox" id="field-5" name="gates.and.inhibitory" value="1"> x₁</label>
<label><input type="checkbox" id="field-6" name="gates.and.inhibitory" value="2"> x₂</label></fieldset>
<div class="choices" id="field-7">
<label><input type="radio" name="choices.possible" value="nor"> NOR</label></div>
<p class="field-error" id="error-field-7"></p>
<label for="pasted">JSON</label><textarea id="pasted" name="answer_json"></textarea>
<button type="submit" name="action" value="check">Check now</button>
<button type="submit">Submit</button><span id="saved-note"></span>
<div id="check-result" role="status"></div>
</form>"""
FULL = {"first": "20", "second": "\N{MINUS SIGN}4.5", "third": "1e1", "fourth": "2"}
EMPTY = {"first": "", "second": "", "third": "", "fourth": ""}
TRAINING = """
<form id="answer-form" method="post" action="/submit" data-check-url="/check" data-exercise="demo" data-start>
<label for="field-1">layers</label><textarea id="field-1" name="config.layers">linear 1</textarea>
<label for="field-2">optimizer</label><select id="field-2" name="config.optimizer.type">
<option value="sgd">sgd</option><option value="adam"{selected}>adam</option></select>
<label for="pasted">JSON</label><textarea id="pasted" name="answer_json"></textarea>
<label for="answer-file">File</label><input id="answer-file" name="file" type="file" data-max-bytes="20">
<p class="field-error" id="error-answer-file"></p>
<button type="submit" name="action" value="check">Check now</button>
<button type="submit">Submit</button><span id="saved-note"></span>
<div id="check-result" role="status">{result}</div>
</form>"""
REPORT = {
    "score": 50,
    "max_score": 100,
    "notes": [],
    "checks": [
        {
            "name": "(0, 0) answers 0",
            "passed": True,
            "points": 50,
            "max_points": 50,
            "message": "",
            "counterexample": None,
        },
        {
            "name": "(1, 1) answers <b>0</b>",
            "passed": False,
            "points": 0,
            "max_points": 50,
            "message": "Too high there.",
            "counterexample": {
                "inputs": {"x1": 1, "x2": 1},
                "expected": "below 0.5",
                "got": 0.613,
                "units": [{"unit": "h1", "sum": 26.8, "output": 1.0}],
            },
        },
    ],
}


class Site:
    """The two addresses that the form talks to, and what they were told."""

    def __init__(self, server: Any, reply: type) -> None:
        self.reply = reply
        self.checks: list[Any] = []
        self.headers: dict[str, str] = {}
        self.submissions: list[str] = []
        self.answer_with(200, REPORT)
        server.routes["POST", "/check"] = self.check
        server.routes["POST", "/submit"] = self.submit

    def answer_with(self, status: int, data: Any) -> None:
        kind = "application/json" if status == 200 else "application/problem+json"
        self.next = self.reply(json.dumps(data), status=status, content_type=kind)

    def check(self, request: Any) -> Any:
        is_json = "json" in request.headers.get("Content-Type", "")
        self.checks.append(json.loads(request.body) if is_json else request.body)
        self.headers = request.headers
        return self.next

    def submit(self, request: Any) -> Any:
        self.submissions.append(request.body)
        return self.reply(status=204)


@pytest.fixture
def site(figure_server: Any, reply_type: type) -> Site:
    return Site(figure_server, reply_type)


@pytest.fixture
def open_form(figure_page: Open) -> Open:
    def open_with(values: dict[str, str], page: Page | None = None) -> Page:
        return figure_page(FORM.format(**values), "answer-form.js", page=page)

    return open_with


def test_check_now_posts_the_answer_and_shows_the_checks(open_form: Open, site: Site) -> None:
    page = open_form(FULL)
    page.get_by_label("x₂", exact=True).check()
    page.get_by_label("NOR").check()

    page.get_by_role("button", name="Check now").click()

    result = page.locator("#check-result")
    expect(result.get_by_text("1 of 2 visible checks passed. Nothing was recorded.")).to_be_visible()
    expect(result.locator("tr.failed td")).to_have_text(
        ["(1, 1) answers <b>0</b>Too high there.", "✗ failed", "0 of 50"]
    )
    expect(result).to_contain_text("For x1 = 1, x2 = 1 your answer gives 0.613; expected: below 0.5.")
    assert site.headers["X-CSRFToken"] == "token-1"
    assert site.checks == [
        {
            "answer": {
                "weights": {"0.weight": [[20, -4.5]], "0.bias": [10]},
                "gates": {"and": {"threshold": 2, "inhibitory": [2]}},
                "choices": {"possible": "nor"},
            }
        }
    ]
    assert site.submissions == []


def test_pasted_json_goes_before_the_fields(open_form: Open, site: Site) -> None:
    page = open_form(EMPTY)
    page.get_by_label("JSON").fill('{"weights": {"0.bias": [1]}}')

    page.get_by_role("button", name="Check now").click()

    expect(page.locator(".check-report")).to_be_visible()
    assert site.checks == [{"answer": {"weights": {"0.bias": [1]}}}]


def test_an_empty_field_is_named_without_asking_the_server(open_form: Open, site: Site) -> None:
    page = open_form({**FULL, "third": ""})

    page.get_by_role("button", name="Check now").click()

    expect(page.locator("#error-field-3")).to_have_text("bias h₁: type a number.")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("bias h₁")).to_have_attribute("aria-invalid", "true")
    assert site.checks == []


def test_refusals_stand_at_their_fields_until_mended(
    open_form: Open, site: Site, expected_errors: list[str]
) -> None:
    expected_errors.append("422")
    problem = {"field": "weights.0.weight[0][0]", "value": "20", "limit": "10", "message": "At most 10."}
    general = {"field": "", "value": None, "limit": None, "message": "Something else."}
    site.answer_with(422, {"title": "Refused", "errors": [problem, general]})
    page = open_form(FULL)

    page.get_by_role("button", name="Check now").click()

    expect(page.locator("#error-field-1")).to_have_text("At most 10.")
    expect(page.locator("#check-result li")).to_have_text(["x₁ → h₁: At most 10.", "Something else."])
    page.get_by_label("x₁ → h₁").fill("5")
    expect(page.locator("#error-field-1")).to_have_text("")
    expect(page.get_by_label("x₁ → h₁")).not_to_have_attribute("aria-invalid", "true")


def test_a_refused_choice_is_marked_at_its_group(
    open_form: Open, site: Site, expected_errors: list[str]
) -> None:
    expected_errors.append("422")
    problem = {"field": "choices.possible", "value": None, "limit": None, "message": "Choose one."}
    site.answer_with(422, {"title": "Refused", "errors": [problem]})
    page = open_form(FULL)

    page.get_by_role("button", name="Check now").click()

    expect(page.locator("#error-field-7")).to_have_text("Choose one.")
    page.get_by_label("NOR").check()
    expect(page.locator("#error-field-7")).to_have_text("")


def test_a_refusal_without_fields_is_shown_as_written(
    open_form: Open, site: Site, expected_errors: list[str]
) -> None:
    expected_errors.append("403")
    site.answer_with(403, {"title": "Not allowed", "detail": "This exercise is closed.", "errors": []})
    page = open_form(FULL)

    page.get_by_role("button", name="Check now").click()

    expect(page.locator("#check-result")).to_have_text("This exercise is closed.")


def test_offline_keeps_the_answer_and_says_so(
    open_form: Open, site: Site, expected_errors: list[str]
) -> None:
    expected_errors.append("ERR_INTERNET_DISCONNECTED")
    page = open_form(FULL)
    page.context.set_offline(True)

    page.get_by_role("button", name="Check now").click()

    expect(page.locator("#check-result")).to_contain_text("The server could not be reached.")
    expect(page.get_by_label("bias h₁")).to_have_value("1e1")


def test_a_double_click_makes_one_submission(open_form: Open, site: Site) -> None:
    page = open_form(FULL)

    page.get_by_role("button", name="Submit").dblclick()

    expect(page.get_by_role("button", name="Submit")).to_be_disabled()
    assert len(site.submissions) == 1
    assert "idempotency_key=key-1" in site.submissions[0]


def test_control_enter_submits_and_can_be_switched_off(open_form: Open, site: Site) -> None:
    page = open_form(FULL)
    page.get_by_label("Ctrl+Enter submits").uncheck()
    page.get_by_label("x₁ → h₁").press("Control+Enter")
    open_form(FULL, page=page)
    expect(page.get_by_label("Ctrl+Enter submits")).not_to_be_checked()
    assert site.submissions == []

    page.get_by_label("Ctrl+Enter submits").check()
    page.get_by_label("x₁ → h₁").press("Control+Enter")

    expect(page.get_by_role("button", name="Submit")).to_be_disabled()
    assert len(site.submissions) == 1


def test_a_draft_comes_back_into_an_empty_form_only(open_form: Open, site: Site) -> None:
    page = open_form(EMPTY)
    page.get_by_label("bias h₁").fill("7")
    page.get_by_label("x₁", exact=True).check()
    expect(page.locator("#saved-note")).to_have_text(re.compile(r"^saved \d\d:\d\d$"))

    open_form(EMPTY, page=page)
    expect(page.get_by_label("bias h₁")).to_have_value("7")
    expect(page.get_by_label("x₁", exact=True)).to_be_checked()
    open_form(FULL, page=page)

    expect(page.get_by_label("bias h₁")).to_have_value("1e1")


@pytest.fixture
def open_training(figure_page: Open) -> Open:
    def open_one(page: Page | None = None, *, selected: str = "", result: str = "") -> Page:
        return figure_page(TRAINING.format(selected=selected, result=result), "answer-form.js", page=page)

    return open_one


def test_a_form_with_text_is_checked_by_sending_it(open_training: Open, site: Site) -> None:
    page = open_training()

    page.get_by_role("button", name="Check now").click()

    expect(page.get_by_role("button", name="Check now")).to_be_disabled()
    assert site.checks == []
    assert "config.layers=linear+1" in site.submissions[0]
    assert "action=check" in site.submissions[0]


def test_json_pasted_into_a_form_with_text_is_checked_without_leaving_the_page(
    open_training: Open, site: Site
) -> None:
    page = open_training()
    page.get_by_label("JSON").fill('{"config": {}}')

    page.get_by_role("button", name="Check now").click()

    expect(page.locator(".check-report")).to_be_visible()
    assert site.checks == [{"answer": {"config": {}}}]


def test_a_check_that_the_server_ran_is_brought_into_view(open_training: Open, site: Site) -> None:
    page = open_training(result="<h3>Visible checks</h3>")

    expect(page.locator("#check-result")).to_be_focused()


def test_a_draft_of_text_and_a_selection_comes_back_into_the_form_as_it_was_sent(
    open_training: Open, site: Site
) -> None:
    page = open_training()
    page.get_by_label("layers").fill("linear 4\ntanh\nlinear 1")
    page.get_by_label("optimizer").select_option("adam")
    expect(page.locator("#saved-note")).to_have_text(re.compile(r"^saved \d\d:\d\d$"))

    open_training(page)

    expect(page.get_by_label("layers")).to_have_value("linear 4\ntanh\nlinear 1")
    expect(page.get_by_label("optimizer")).to_have_value("adam")


def test_a_draft_comes_back_where_the_selection_does_not_begin_with_the_first(
    open_training: Open, site: Site
) -> None:
    page = open_training(selected=" selected")
    page.get_by_label("layers").fill("linear 4")
    expect(page.locator("#saved-note")).to_have_text(re.compile(r"^saved"))

    open_training(page, selected=" selected")

    expect(page.get_by_label("layers")).to_have_value("linear 4")


def test_a_chosen_file_is_what_is_checked(open_training: Open, site: Site) -> None:
    page = open_training()
    page.get_by_label("File").set_input_files({"name": "a.json", "mimeType": "", "buffer": b'{"a": 1}'})

    page.get_by_role("button", name="Check now").click()

    expect(page.locator(".check-report")).to_be_visible()
    assert 'filename="a.json"' in site.checks[0]
    assert '{"a": 1}' in site.checks[0]


@pytest.mark.parametrize("button", ["Check now", "Submit"])
def test_a_file_that_is_too_large_is_refused_before_anything_is_sent(
    open_training: Open, site: Site, button: str
) -> None:
    page = open_training()
    page.get_by_label("layers").fill("linear 4")
    page.get_by_label("File").set_input_files({"name": "a.json", "mimeType": "", "buffer": b" " * 21})

    page.get_by_role("button", name=button).click()

    expect(page.locator("#error-answer-file")).to_have_text("The file has 21 bytes; at most 20 are allowed.")
    expect(page.get_by_label("layers")).to_have_value("linear 4")
    assert site.checks == site.submissions == []


def test_the_settings_of_each_run_have_an_object_of_their_own(figure_page: Open) -> None:
    page = figure_page("")

    script = "() => import('/static/js/answer/fields.js').then(({ splitName }) => splitName('runs.adam.lr'))"

    assert page.evaluate(script) == ["runs", "adam", "lr"]
