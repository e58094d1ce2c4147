"""The Markdown that lessons are written in: CommonMark with tables, formulas and notes, without HTML.

The two parsers here read and lay out; what a token may hold is judged in rendering.py.
"""

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.html_re import HTML_TAG_RE
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.dollarmath.index import math_inline_dollar

NOTES = {"note": "note", "errata": "note errata"}
SCROLL = 'tabindex="0" role="group"'

_dollar_rule = math_inline_dollar(allow_space=False, allow_digits=False, allow_double=True)


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


TEXT_PARSER = _parser()
LESSON_PARSER = _parser().use(anchors_plugin, min_level=2, max_level=3, slug_func=_slug)
