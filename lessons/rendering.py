"""Turn a lesson's Markdown into safe HTML; the one module of the site that marks text as safe.

What comes out holds no script that runs, no style attribute and no HTML an author wrote: formulas
become MathML, figures become registered custom elements, code is coloured by classes. What cannot
be rendered well is refused with its line and a cure, all of it at once.
"""

import inspect
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from html import escape
from importlib import import_module
from textwrap import dedent
from typing import Any, TypeVar

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from lessons.dialect import LESSON_PARSER, NOTES, SCROLL, TEXT_PARSER
from lessons.formulas import FormulaRefused, mathml
from lessons.reading import explain_toml
from lessons.replays import ReplayBlock, ReplayRefused, recordings

FIGURES = {
    "nn-activation": "js/nn-activation.js",
    "nn-backprop": "js/nn-backprop.js",
    "nn-batch-norm": "js/nn-batch-norm.js",
    "nn-bias": "js/nn-bias.js",
    "nn-conv": "js/nn-conv.js",
    "nn-curve": "js/nn-curve.js",
    "nn-depth": "js/nn-depth.js",
    "nn-descent": "js/nn-descent.js",
    "nn-dropout": "js/nn-dropout.js",
    "nn-gates": "js/nn-gates.js",
    "nn-loss": "js/nn-loss.js",
    "nn-perceptron": "js/nn-perceptron.js",
    "nn-playground": "js/nn-playground.js",
    "nn-race": "js/nn-race.js",
    "nn-replay": "js/nn-replay.js",
    "nn-xor-lab": "js/nn-xor-lab.js",
}
HEADINGS = ("h2", "h3")
CELL_CLASSES = {
    "text-align:left": "align-left",
    "text-align:center": "align-center",
    "text-align:right": "align-right",
}
TOUCHING_LEFT = re.compile(r"[(\[“‘]+$")
TOUCHING_RIGHT = re.compile(r"[,.;:?!)\]”’…]+|-\w+")
WORD = re.compile(r"\w(?:[\w'’.,-]*\w)?")
ANSWER_LINE = re.compile(r"^---$", re.MULTILINE)
ENGINE_SOURCE = r"^engine(\.[a-z_]+)+:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$"
JSON_ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


@dataclass(frozen=True)
class Rendered:
    """A lesson's HTML, the elements of its figures in order, and how many words a reader meets."""

    html: SafeString
    figures: Sequence[str]
    words: int


@dataclass(frozen=True, order=True)
class RenderingProblem:
    """One thing that cannot be rendered: its line, what is wrong, what to do."""

    line: int
    message: str
    cure: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}; {self.cure}"


class RenderingFailed(Exception):
    """Refuse a text with every problem found in it."""

    def __init__(self, problems: Iterable[RenderingProblem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FigureBlock(BaseModel):
    """What a `figure` block says: the config goes to the element, the fallback to readers without it."""

    model_config = ConfigDict(strict=True, extra="forbid")
    caption: str = Field(min_length=1)
    summary: str = Field(min_length=1)
    fallback: str = Field(min_length=1)
    config: dict[str, Any] = Field(default_factory=dict)
    replay: list[ReplayBlock] = Field(default_factory=list, max_length=3)


class EngineBlock(BaseModel):
    """What an `engine` block says: which object's source to show."""

    model_config = ConfigDict(strict=True, extra="forbid")
    source: str = Field(pattern=ENGINE_SOURCE)


def render_lesson(body: str, first_line: int = 1) -> Rendered:
    """Render a lesson's body; `first_line` is the line of its file on which the body begins."""
    page = _Page(LESSON_PARSER, is_lesson=True)
    html = page.render(body, first_line)
    return Rendered(html=page.safe(html), figures=tuple(page.figures), words=page.words)


def render_text(markdown: str) -> SafeString:
    """Render a short text, such as a statement or a hint; it may hold no figures."""
    page = _Page(TEXT_PARSER, is_lesson=False)
    return page.safe(page.render(markdown, 1))


def stored_html(html: str) -> SafeString:
    """Mark HTML as safe that render_lesson or render_text made earlier and the database kept."""
    return mark_safe(html)  # noqa: S308


def figure_modules(elements: Iterable[str]) -> list[str]:
    """Return the static paths of the modules these elements need, each once, in order."""
    return [FIGURES[element] for element in dict.fromkeys(elements) if element in FIGURES]


_Block = TypeVar("_Block", bound=BaseModel)


class _Page:
    """One rendering under way: the problems, figures and words met so far."""

    def __init__(self, parser: MarkdownIt, *, is_lesson: bool) -> None:
        self.parser = parser
        self.is_lesson = is_lesson
        self.problems: list[RenderingProblem] = []
        self.figures: list[str] = []
        self.words = 0
        self.line = 1

    def safe(self, html: str) -> SafeString:
        if self.problems:
            raise RenderingFailed(self.problems)
        return mark_safe(html)  # noqa: S308

    def render(self, markdown: str, first_line: int, parser: MarkdownIt | None = None) -> str:
        parser = parser or self.parser
        tokens = parser.parse(markdown)
        line = first_line
        for index, token in enumerate(tokens):
            line = first_line + token.map[0] if token.map else line
            self.line = line
            self._block(token)
            if token.type == "th_close":
                self._name_column(tokens[index - 1])
        return str(parser.renderer.render(tokens, parser.options, {}))

    def _block(self, token: Token) -> None:
        if token.type == "heading_open" and token.tag not in HEADINGS:
            self._refuse("a text has headings of level 2 and 3 only", "write ## or ###")
        elif token.type == "code_block":
            self._refuse("indented code is usually an accident", "fence it with ``` and name its language")
        elif token.type == "math_block":
            _become_html(token, self._display_formula(token.content))
        elif token.type == "fence":
            _become_html(token, self._fence(token))
        elif token.type in ("th_open", "td_open"):
            _align_by_class(token)
        elif token.type == "inline":
            self._inline(token.children or [])

    def _inline(self, children: Sequence[Token]) -> None:
        first_line = self.line
        lines_before = 0
        for index, token in enumerate(children):
            self.line = first_line + lines_before
            lines_before += token.content.count("\n") + (token.type in ("softbreak", "hardbreak"))
            if token.type in ("text", "code_inline"):
                self.words += len(WORD.findall(token.content))
            if token.type == "text" and index == 0 and token.content.startswith(":::"):
                self._refuse("there is no such note", f"write ::: and one of {', '.join(NOTES)}, then :::")
            elif token.type == "math_inline":
                _become_html(token, self._formula(token.content, is_display=False))
                _hold_together(children, index)
            elif token.type == "math_inline_double":
                self._refuse("$$ stands inside a sentence", "give the formula its own paragraph, or write $")
            elif token.type == "raw_html":
                self._refuse(f"{token.content} is HTML", "write Markdown; put code in backquotes")
            elif token.type == "image":
                self._refuse("pictures cannot be placed", "place a figure")

    def _name_column(self, header: Token) -> None:
        """Give a column headed by a formula a name that every screen reader can say."""
        children = header.children or []
        if not children:
            self._refuse("a column of this table has no heading", "name every column")
        elif all(token.type == "html_inline" for token in children):
            spoken = re.sub(r"[\\{}_$^]", "", " ".join(token.meta["tex"] for token in children))
            name = f'<span class="visually-hidden">{escape(spoken)}</span>'
            children.append(Token("html_inline", "", 0, content=name))

    def _display_formula(self, tex: str) -> str:
        formula = self._formula(tex, is_display=True)
        return f'<div class="math-block scroll" {SCROLL} aria-label="formula">{formula}</div>\n'

    def _formula(self, tex: str, *, is_display: bool) -> str:
        try:
            return mathml(tex.strip(), is_display=is_display)
        except FormulaRefused as refused:
            self._refuse(refused.message, refused.cure)
            return ""

    def _fence(self, token: Token) -> str:
        kind, _, rest = token.info.strip().partition(" ")
        special: dict[str, Callable[[str, str], str]] = {
            "figure": self._figure,
            "check": self._check,
            "engine": self._engine,
        }
        if kind not in special:
            return self._code(token.content, kind or "text")
        if not self.is_lesson:
            self._refuse(f"a {kind} block stands in a short text", "keep it to lessons")
            return ""
        return special[kind](rest.strip(), token.content)

    def _figure(self, element: str, source: str) -> str:
        if element not in FIGURES:
            self._refuse(f"there is no figure {element!r}", f"name one of {', '.join(FIGURES)}")
        block = self._toml_block(FigureBlock, source)
        if block is None:
            return ""
        try:
            if block.replay:
                block.config["replay"] = recordings(block.replay)
            config = json.dumps(block.config, ensure_ascii=False, allow_nan=False).translate(JSON_ESCAPES)
        except ReplayRefused as refused:
            self._refuse(refused.message, refused.cure)
            return ""
        except (TypeError, ValueError) as error:
            self._refuse(f"the config cannot be sent: {error}", "use text, finite numbers, lists and tables")
            return ""
        self.figures.append(element)
        name = f"figure-{len(self.figures)}"
        line = self.line
        caption = self._sentence(block.caption, line)
        fallback = self.render(block.fallback, line, TEXT_PARSER)
        return (
            f'<figure class="figure"><{element} id="{name}"><script type="application/json">{config}</script>'
            f'<div class="fallback">{fallback}</div></{element}><figcaption>{caption} '
            f'<span class="visually-hidden">{escape(block.summary)}</span></figcaption></figure>\n'
        )

    def _check(self, _: str, source: str) -> str:
        parts = ANSWER_LINE.split(source)
        if len(parts) != 2 or not all(part.strip() for part in parts):
            self._refuse("a check has a question and an answer", "put one line --- between them")
            return ""
        line = self.line + 1
        question = self.render(parts[0], line, TEXT_PARSER)
        answer = self.render(parts[1], line + parts[0].count("\n"), TEXT_PARSER)
        return (
            f'<div class="note check" role="note"><p class="note-title">Check yourself</p>\n{question}'
            f"<details><summary>Show the answer</summary>\n{answer}</details></div>\n"
        )

    def _engine(self, _: str, source: str) -> str:
        block = self._toml_block(EngineBlock, source)
        if block is None:
            return ""
        module_name, _, path = block.source.partition(":")
        try:
            thing: Any = reduce(getattr, path.split("."), import_module(module_name))
            code = dedent(inspect.getsource(thing)).rstrip()
        except (ImportError, AttributeError, OSError, TypeError) as error:
            self._refuse(f"{block.source} cannot be shown: {error}", "name a function or class of the engine")
            return ""
        label = escape(f"{module_name.replace('.', '/')}.py, {path}")
        return (
            f'<figure class="excerpt">{self._code(code, "python")}<figcaption>{label}</figcaption></figure>\n'
        )

    def _code(self, code: str, language: str) -> str:
        try:
            lexer = get_lexer_by_name(language)
        except ClassNotFound:
            self._refuse(f"there is no language {language!r}", "name one, such as python, json or text")
            return ""
        coloured = highlight(code, lexer, HtmlFormatter(nowrap=True))
        return f'<pre class="highlight scroll" {SCROLL} aria-label="code"><code>{coloured}</code></pre>\n'

    def _sentence(self, markdown: str, line: int) -> str:
        tokens = TEXT_PARSER.parseInline(markdown)
        self.line = line
        self._inline(tokens[0].children or [])
        return str(TEXT_PARSER.renderer.render(tokens, TEXT_PARSER.options, {}))

    def _toml_block(self, model: type[_Block], source: str) -> _Block | None:
        try:
            return model.model_validate(tomllib.loads(source))
        except tomllib.TOMLDecodeError as error:
            line, message, cure = explain_toml(error, source)
            self.problems.append(RenderingProblem(self.line + line, message, cure))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                key = ".".join(str(part) for part in detail["loc"])
                self._refuse(f"{key}: {detail['msg']}", f"this block knows {', '.join(model.model_fields)}")
        return None

    def _refuse(self, message: str, cure: str) -> None:
        self.problems.append(RenderingProblem(self.line, message, cure))


def _become_html(token: Token, html: str) -> None:
    token.meta = {"tex": token.content}
    token.type = "html_block" if token.block else "html_inline"
    token.content = html


def _align_by_class(token: Token) -> None:
    style = str(token.attrs.pop("style", ""))
    if token.tag == "th":
        token.attrSet("scope", "col")
    if style:
        token.attrSet("class", CELL_CLASSES[style])


def _hold_together(children: Sequence[Token], index: int) -> None:
    """Move the brackets and points that touch a formula beside it, where no line can break between them."""
    lead = trail = ""
    before = children[index - 1] if index else None
    after = children[index + 1] if index + 1 < len(children) else None
    if before is not None and before.type == "text" and (touching := TOUCHING_LEFT.search(before.content)):
        lead, before.content = touching[0], before.content[: touching.start()]
    if after is not None and after.type == "text" and (touching := TOUCHING_RIGHT.match(after.content)):
        trail, after.content = touching[0], after.content[touching.end() :]
    if lead or trail:
        token = children[index]
        token.content = f'<span class="unbroken">{escape(lead)}{token.content}{escape(trail)}</span>'
