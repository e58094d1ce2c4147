"""Markdown becomes safe HTML with MathML, or is refused with line and cure."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lessons.reading import LessonFile, read_course
from lessons.rendering import (
    FIGURES,
    RenderingFailed,
    RenderingProblem,
    figure_modules,
    render_lesson,
    render_text,
    stored_html,
)

CONTENT = Path(__file__).parents[2] / "lessons" / "content"
LESSONS = read_course(CONTENT).lessons
VOID = {"br", "hr", "img", "mspace"}
FIGURE = """```figure nn-gates
caption = "See *this* $x$"
summary = "A <b>gate</b>."
fallback = "Threshold **2**."
[config]
gate = "</script>"
```
"""


def _problems(body: str) -> list[RenderingProblem]:
    with pytest.raises(RenderingFailed) as refusal:
        render_lesson(body)
    return refusal.value.problems


class _Balance(HTMLParser):
    """Check that every element is closed, and collect the ids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# What the lessons become


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_a_lesson_renders_cleanly_and_always_the_same(lesson: LessonFile) -> None:
    first = render_lesson(lesson.body, lesson.body_line)
    second = render_lesson(lesson.body, lesson.body_line)

    assert first == second
    assert " style=" not in first.html
    assert not re.search(r"<[^>]* on\w+=", first.html)
    assert first.html.count("<math") > 20
    assert "<h1" not in first.html
    assert "$$" not in first.html
    balance = _Balance()
    balance.feed(first.html)
    assert balance.open == []
    assert len(balance.ids) == len(set(balance.ids))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_a_lesson_has_a_figure_checks_an_excerpt_errata_and_a_fair_length(lesson: LessonFile) -> None:
    rendered = render_lesson(lesson.body)

    assert len(rendered.figures) >= 1
    assert rendered.html.count('class="note check"') >= 3
    assert rendered.html.count('class="excerpt"') == 1
    assert rendered.html.count('class="note errata"') == 1
    assert 900 <= rendered.words <= 1800


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_no_dollar_sign_is_left_over(lesson: LessonFile) -> None:
    text = re.sub(r"<annotation.*?</annotation>", "", render_lesson(lesson.body).html)

    assert "$" not in text


# Formulas


def test_a_formula_becomes_mathml_with_its_tex() -> None:
    html = render_text("The sum $z = w_1 x_1$ here.")

    assert "<math><semantics>" in html
    assert '<annotation encoding="application/x-tex">z = w_1 x_1</annotation>' in html


def test_a_display_formula_scrolls_sideways_and_can_be_focused() -> None:
    html = render_text("$$\nz \\ge 0\n$$")

    assert '<div class="math-block scroll" tabindex="0" role="group" aria-label="formula">' in html
    assert '<math display="block">' in html


def test_the_styles_of_formulas_become_classes() -> None:
    html = render_text(
        "$$\n\\begin{aligned} a &= \\begin{cases} 1 & x \\\\ 0 & y \\end{cases} \\end{aligned}\n$$"
    )

    assert " style=" not in html
    assert 'class="m-right m-flush-right"' in html
    assert 'class="m-left m-flush-right m-case"' in html


@pytest.mark.parametrize(
    ("text", "lead", "trail"),
    [
        ("where $n$, the count", "", ","),
        ("(see $n$). Then", "", ")."),
        ("the layer ($n$ units)", "(", ""),
        ("the $n$-th unit", "", "-th"),
    ],
)
def test_no_line_breaks_between_a_formula_and_what_touches_it(text: str, lead: str, trail: str) -> None:
    html = str(render_text(text))

    assert f'<span class="unbroken">{lead}<math' in html
    assert f"</math>{trail}</span>" in html


def test_a_prime_is_not_raised_and_shrunk_twice() -> None:
    html = str(render_text("$f'(x)$ and $g''$"))

    assert '<mi>f</mi><mo lspace="0" rspace="0">′</mo>' in html
    assert '<mi>g</mi><mo lspace="0" rspace="0">″</mo>' in html
    assert "<msup>" not in html


@pytest.mark.parametrize("script", ["^2", "_i", "_i^2"])
def test_a_sized_fence_keeps_its_size_under_a_script(script: str) -> None:
    html = str(render_text(rf"$\bigl(x\bigr){script}$"))

    fences = re.findall(r"<mrow><mo ([^>]*)>\)</mo></mrow>", html)
    assert fences == ['minsize="1.2em" maxsize="1.2em"']
    assert '<mo minsize="1.2em" maxsize="1.2em">(</mo>' in html


def test_a_formula_among_words_stands_alone() -> None:
    assert "unbroken" not in str(render_text("where $n$ is the count"))


def test_prices_are_not_formulas() -> None:
    html = render_text("It costs $5 and $6 today.")

    assert html == "<p>It costs $5 and $6 today.</p>\n"


def test_a_latex_error_names_line_and_column() -> None:
    (problem,) = _problems("First.\n\nSecond,\nthen $a + \\foo$.")

    assert problem.line == 4
    assert "fails at column 5" in problem.message
    assert "\\foo" in problem.message


@pytest.mark.parametrize("tex", ["\\overline{ab}", "\\widehat{xy}", "\\overline{x \\mathbf{y}}"])
def test_an_accent_over_several_letters_is_refused(tex: str) -> None:
    (problem,) = _problems(f"A ${tex}$ here.")

    assert "over several letters" in problem.message


@pytest.mark.parametrize("tex", ["\\hat{y}", "\\overline{x}", "\\overline x", "\\widehat{y}"])
def test_an_accent_over_one_letter_is_fine(tex: str) -> None:
    assert "<mover" in render_text(f"A ${tex}$ here.")


def test_double_dollars_inside_a_sentence_are_refused() -> None:
    (problem,) = _problems("A\nsentence $$x$$ here.")

    assert problem.line == 2
    assert "inside a sentence" in problem.message


def test_colour_in_a_formula_is_refused() -> None:
    (problem,) = _problems("A $\\color{red}x$ here.")

    assert "needs the style" in problem.message


# Text


def test_html_is_refused_with_its_line() -> None:
    problems = _problems("Fine.\n\nText <b onclick='x'>bold</b>.\n\n<script>alert(1)</script>\n")

    assert [problem.line for problem in problems] == [3, 3, 5, 5]
    assert all("is HTML" in problem.message for problem in problems)


def test_html_in_code_is_shown_as_text() -> None:
    assert "<code>&lt;b&gt;</code>" in render_text("Write `<b>` so.")


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"]
)
def test_a_link_that_runs_code_stays_text(target: str) -> None:
    html = render_text(f"[press]({target})")

    assert "href" not in html


def test_a_link_to_a_page_is_a_link() -> None:
    assert '<a href="/learn/">the course</a>' in render_text("[the course](/learn/)")


def test_headings_have_levels_two_and_three_and_ids_of_their_own() -> None:
    html = render_lesson("## Figure 1\n\n### Why $x$?\n\n## Figure 1\n").html

    assert '<h2 id="section-figure-1">' in html
    assert '<h2 id="section-figure-1-1">' in html
    assert '<h3 id="section-why">' in html
    assert [problem.line for problem in _problems("# One\n\n#### Four\n")] == [1, 3]


def test_a_table_scrolls_and_names_its_columns() -> None:
    html = render_text("| $x_1$ | name |\n|--:|---|\n| 1 | a |\n")

    assert (
        '<div class="scroll" tabindex="0" role="group" aria-label="table"><table class="table-plain">' in html
    )
    assert '<th scope="col" class="align-right"><math>' in html
    assert '<span class="visually-hidden">x1</span></th>' in html
    assert '<th scope="col">name</th>' in html
    assert '<td class="align-right">1</td>' in html


def test_a_column_without_a_name_is_refused() -> None:
    (problem,) = _problems("|  | name |\n|---|---|\n| 1 | a |\n")

    assert "no heading" in problem.message


def test_notes_have_a_title_and_unknown_ones_are_refused() -> None:
    html = render_text("::: errata If you <know>\nText.\n:::")

    assert '<div class="note errata" role="note"><p class="note-title">If you &lt;know&gt;</p>' in html
    assert "no such note" in _problems("::: warning\nText.\n:::")[0].message


def test_indented_code_and_pictures_are_refused() -> None:
    problems = _problems("Text\n\n    code\n\n![a](b.png)\n")

    assert [problem.line for problem in problems] == [3, 5]


def test_code_is_coloured_by_classes() -> None:
    html = render_text("```python\ndef f(x): return x < 1\n```")

    assert '<pre class="highlight scroll" tabindex="0"' in html
    assert '<span class="k">def</span>' in html
    assert "&lt;" in html


def test_an_unknown_language_is_refused() -> None:
    assert "no language 'klingon'" in _problems("```klingon\nx\n```")[0].message


def test_words_are_those_a_reader_meets() -> None:
    rendered = render_lesson(
        "## Two words\n\nThree *more* words, and $x + y$.\n\n```python\nnot these\n```\n"
    )

    assert rendered.words == 6


# Figures, checks, excerpts


def test_a_figure_has_the_agreed_shape() -> None:
    rendered = render_lesson(FIGURE)

    assert rendered.figures == ("nn-gates",)
    assert '<figure class="figure"><nn-gates id="figure-1"><script type="application/json">' in rendered.html
    assert '{"gate": "\\u003C/script\\u003E"}</script><div class="fallback"><p>Threshold' in rendered.html
    assert "</div></nn-gates><figcaption>See <em>this</em> <math>" in rendered.html
    assert (
        '<span class="visually-hidden">A &lt;b&gt;gate&lt;/b&gt;.</span></figcaption></figure>'
        in rendered.html
    )


def test_figures_are_numbered_and_their_modules_named_once() -> None:
    rendered = render_lesson(FIGURE + "\n" + FIGURE)

    assert 'id="figure-2"' in rendered.html
    assert figure_modules(rendered.figures) == ["js/nn-gates.js"]
    assert figure_modules(["nn-xor-lab", "unknown", "nn-gates"]) == ["js/nn-xor-lab.js", "js/nn-gates.js"]


def test_every_registered_figure_is_a_custom_element_in_a_module_of_its_name() -> None:
    assert all(path == f"js/{element}.js" and "-" in element for element, path in FIGURES.items())


def test_an_unknown_figure_is_refused() -> None:
    (problem,) = _problems(FIGURE.replace("nn-gates", "nn-gate"))

    assert problem.line == 1
    assert "no figure 'nn-gate'" in problem.message
    assert "nn-gates" in problem.cure


def test_bad_toml_in_a_figure_is_refused_with_its_line() -> None:
    (problem,) = _problems("Text.\n\n" + FIGURE.replace('"Threshold **2**."', "2 2"))

    assert problem.line == 6
    assert "not TOML" in problem.message


def test_a_figure_says_all_it_must_and_nothing_else() -> None:
    problems = _problems(FIGURE.replace("summary =", "sumary ="))

    assert {problem.message.partition(":")[0] for problem in problems} == {"summary", "sumary"}


@pytest.mark.parametrize("value", ["1943-01-01", "nan"])
def test_a_config_that_is_not_json_is_refused(value: str) -> None:
    (problem,) = _problems(FIGURE.replace('"</script>"', value))

    assert "config cannot be sent" in problem.message


def test_mistakes_inside_a_figure_are_found() -> None:
    messages = [
        p.message for p in _problems(FIGURE.replace("*this* $x$", "<i>").replace("**2**", "$\\\\foo$"))
    ]

    assert len(messages) == 2


def test_a_check_hides_its_answer() -> None:
    html = render_lesson("```check\nWhy $x$?\n\n---\nBecause.\n```").html

    assert '<p class="note-title">Check yourself</p>' in html
    assert "<details><summary>Show the answer</summary>\n<p>Because.</p>\n</details>" in html


@pytest.mark.parametrize("text", ["Only a question?", "---\nOnly an answer.", "A\n\n---\nB\n\n---\nC"])
def test_a_check_without_question_and_answer_is_refused(text: str) -> None:
    assert "a question and an answer" in _problems(f"```check\n{text}\n```")[0].message


def test_mistakes_inside_a_check_have_their_own_line() -> None:
    problems = _problems("```check\nWhy?\n\n---\nBecause\nof <b>.\n```")

    assert [problem.line for problem in problems] == [6]


def test_an_excerpt_is_taken_from_the_engine() -> None:
    html = render_lesson('```engine\nsource = "engine.history:Perceptron.output"\n```').html

    assert '<span class="nf">output</span>' in html
    assert "<figcaption>engine/history.py, Perceptron.output</figcaption>" in html


@pytest.mark.parametrize(
    "source", ["os:system", "engine.history:Nobody", "engine.nothing:x", "engine.history:boolean_inputs.x"]
)
def test_an_excerpt_of_anything_else_is_refused(source: str) -> None:
    assert len(_problems(f'```engine\nsource = "{source}"\n```')) == 1


def test_a_short_text_holds_no_figures() -> None:
    with pytest.raises(RenderingFailed, match="a figure block stands in a short text"):
        render_text(FIGURE)


def test_all_problems_come_at_once_with_lines_of_the_file() -> None:
    with pytest.raises(RenderingFailed) as refusal:
        render_lesson("# One\n\n$\\foo$ and <b>\n", first_line=12)

    assert [problem.line for problem in refusal.value.problems] == [12, 14, 14]
    assert str(refusal.value).startswith("line 12: ")


def test_stored_html_is_taken_as_it_is() -> None:
    assert stored_html("<p>kept</p>") == "<p>kept</p>"


@pytest.mark.parametrize("text", ["$(0, 0)$ with sum 0", "$x$ is 1", "$a$ and $b$, 2 letters, 2"])
def test_a_formula_at_the_start_is_read_though_the_text_ends_in_a_digit(text: str) -> None:
    assert "<math" in render_text(text)


def test_prices_are_no_formula_though_they_start_the_text() -> None:
    assert "<math" not in render_text("$5 and $6")
