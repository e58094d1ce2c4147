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
from functools import partial, reduce
from html import escape
from importlib import import_module
from textwrap import dedent
from typing import Any, TypeVar

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.common.html_re import HTML_TAG_RE
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from math_core import LatexError, LatexToMathML
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.dollarmath.index import math_inline_dollar
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

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
NOTES = {"note": "note", "errata": "note errata"}
HEADINGS = ("h2", "h3")
CELL_CLASSES = {
    "text-align:left": "align-left",
    "text-align:center": "align-center",
    "text-align:right": "align-right",
}
TOUCHING_LEFT = re.compile(r"[(\[“‘]+$")
TOUCHING_RIGHT = re.compile(r"[,.;:?!)\]”’…]+|-\w+")
MATH_CLASSES = {
    "text-align: left": "m-left",
    "text-align: right": "m-right",
    "justify-items: start": "",
    "justify-items: end": "",
    "padding-left: 0": "m-flush-left",
    "padding-right: 0": "m-flush-right",
    "padding-left:1em": "m-case",
    "border-top: 0.05em solid currentcolor": "m-rule-top",
    "border-left: 0.05em solid currentcolor": "m-rule-left",
    "border-right: 0.05em solid currentcolor": "m-rule-right",
}
MATH_STYLE = re.compile(r' style="([^"]*)"')
LATEX_ERROR = re.compile(r"^(\d+): (.*)$", re.DOTALL)
LONG_ACCENT = re.compile(r"\\(overline|underline|widehat)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
LATEX_COMMAND = re.compile(r"\\[A-Za-z]+")
WORD = re.compile(r"\w(?:[\w'’.,-]*\w)?")
ANSWER_LINE = re.compile(r"^---$", re.MULTILINE)
ENGINE_SOURCE = r"^engine(\.[a-z_]+)+:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$"
JSON_ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})
SCROLL = 'tabindex="0" role="group"'

_dollar_rule = math_inline_dollar(allow_space=False, allow_digits=False, allow_double=True)
_to_mathml = LatexToMathML(annotation=True, fancy_error=False)


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
    page = _Page(_LESSON_PARSER, is_lesson=True)
    html = page.render(body, first_line)
    return Rendered(html=page.safe(html), figures=tuple(page.figures), words=page.words)


def render_text(markdown: str) -> SafeString:
    """Render a short text, such as a statement or a hint; it may hold no figures."""
    page = _Page(_TEXT_PARSER, is_lesson=False)
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
        mathml = self._formula(tex, is_display=True)
        return f'<div class="math-block scroll" {SCROLL} aria-label="formula">{mathml}</div>\n'

    def _formula(self, tex: str, *, is_display: bool) -> str:
        tex = tex.strip()
        for command, content in LONG_ACCENT.findall(tex):
            if len(re.findall(r"\w", LATEX_COMMAND.sub("x", content))) > 1:
                cure = "browsers draw it over the first only: put it over one letter"
                self._refuse(f"\\{command} stands over several letters: {content}", cure)
        try:
            mathml = _to_mathml.convert_with_local_state(tex, displaystyle=is_display)
        except LatexError as error:
            self._refuse(*_explain_latex(str(error), tex))
            return ""
        return MATH_STYLE.sub(partial(self._class_for_style, tex), mathml)

    def _class_for_style(self, tex: str, style: re.Match[str]) -> str:
        declarations = [part.strip() for part in style[1].split(";") if part.strip()]
        if unknown := [part for part in declarations if part not in MATH_CLASSES]:
            self._refuse(f"${tex}$ needs the style {unknown[0]!r}", "say it without colours or sizes")
        names = [name for part in declarations if (name := MATH_CLASSES.get(part))]
        return f' class="{" ".join(names)}"' if names else ""

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
        fallback = self.render(block.fallback, line, _TEXT_PARSER)
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
        question = self.render(parts[0], line, _TEXT_PARSER)
        answer = self.render(parts[1], line + parts[0].count("\n"), _TEXT_PARSER)
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
        tokens = _TEXT_PARSER.parseInline(markdown)
        self.line = line
        self._inline(tokens[0].children or [])
        return str(_TEXT_PARSER.renderer.render(tokens, _TEXT_PARSER.options, {}))

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


def _explain_latex(message: str, tex: str) -> tuple[str, str]:
    """Return message and cure of a LaTeX error, with the column where it was met."""
    found = LATEX_ERROR.match(message)
    before, what = (tex[: int(found[1])], found[2]) if found else ("", message)
    column = len(before.rpartition("\n")[2]) + 1
    return f"the formula ${' '.join(tex.split())}$ fails at column {column}: {what}", "mend the LaTeX"


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


def _math_inline(state: StateInline, silent: bool) -> bool:
    """Read a formula; at the start of a text, keep the plugin from looking at its last character."""
    if state.pos > 0:
        return _dollar_rule(state, silent)
    text = state.src
    state.src = text + "\n"
    try:
        return _dollar_rule(state, silent)
    finally:
        state.src = text


def _raw_html(state: StateInline, silent: bool) -> bool:
    """Keep an HTML tag as a token of its own, so that it can be refused with its line."""
    found = HTML_TAG_RE.match(state.src[state.pos :])
    if found is None:
        return False
    if not silent:
        state.push("raw_html", "", 0).content = found[0]
    state.pos += len(found[0])
    return True


def _note_renderer(name: str) -> Callable[..., str]:
    def render_note(_: Any, tokens: Sequence[Token], index: int, *rest: Any) -> str:
        if tokens[index].nesting == -1:
            return "</div>\n"
        title = escape(tokens[index].info.strip().removeprefix(name).strip())
        heading = f'<p class="note-title">{title}</p>\n' if title else ""
        return f'<div class="{NOTES[name]}" role="note">{heading}'

    return render_note


def _table_open(*_: Any) -> str:
    return f'<div class="scroll" {SCROLL} aria-label="table"><table class="table-plain">\n'


def _table_close(*_: Any) -> str:
    return "</table></div>\n"


def _slug(title: str) -> str:
    """Prefix headings' ids, so that they meet neither figures nor the page's own ids."""
    return "section-" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "smartquotes"])
    parser.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        allow_blank_lines=False,
        double_inline=True,
    )
    for name in NOTES:
        parser.use(container_plugin, name, render=_note_renderer(name))
    parser.inline.ruler.at("math_inline", _math_inline)
    parser.inline.ruler.before("html_inline", "raw_html", _raw_html)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    parser.add_render_rule("raw_html", lambda *_: "")
    return parser


_TEXT_PARSER = _parser()
_LESSON_PARSER = _parser().use(anchors_plugin, min_level=2, max_level=3, slug_func=_slug)
