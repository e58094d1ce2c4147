"""Turn LaTeX into MathML that needs no style attribute and that browsers draw as it is meant."""

import re

from math_core import LatexError, LatexToMathML

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
PRIMED = re.compile(r"<msup>(<mi>[^<]*</mi>)<mo>([′″‴])</mo></msup>")
FENCE_WITH_SCRIPT = re.compile(r"(<m(?:sub|sup|subsup)>)(<mo [^>]*minsize=[^>]*>[^<]*</mo>)")

_to_mathml = LatexToMathML(annotation=True, fancy_error=False)


class FormulaRefused(Exception):
    """Refuse a formula: what is wrong with it, and what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(f"{message}; {cure}")
        self.message = message
        self.cure = cure


def mathml(tex: str, *, is_display: bool) -> str:
    """Return a formula's MathML, with classes where the converter writes styles; may raise FormulaRefused."""
    for command, content in LONG_ACCENT.findall(tex):
        if len(re.findall(r"\w", LATEX_COMMAND.sub("x", content))) > 1:
            cure = "browsers draw it over the first only: put it over one letter"
            raise FormulaRefused(f"\\{command} stands over several letters: {content}", cure)
    try:
        styled = _to_mathml.convert_with_local_state(tex, displaystyle=is_display)
    except LatexError as error:
        raise FormulaRefused(_explain(str(error), tex), "mend the LaTeX") from error
    return MATH_STYLE.sub(lambda style: _class_for(style[1], tex), _as_tex_sets_it(styled))


def _as_tex_sets_it(markup: str) -> str:
    """Return the markup with primes and fences of a given size as TeX would set them.

    The glyph of a prime is small and raised already; as a superscript it would become so twice. And browsers
    do not stretch a fence that is itself the base of a script.
    """
    markup = PRIMED.sub(r'<mrow>\1<mo lspace="0" rspace="0">\2</mo></mrow>', markup)
    return FENCE_WITH_SCRIPT.sub(r"\1<mrow>\2</mrow>", markup)


def _class_for(style: str, tex: str) -> str:
    """Return the class attribute that stands for the declarations of a style attribute."""
    declarations = [part.strip() for part in style.split(";") if part.strip()]
    if unknown := [part for part in declarations if part not in MATH_CLASSES]:
        raise FormulaRefused(f"${tex}$ needs the style {unknown[0]!r}", "say it without colours or sizes")
    names = [name for part in declarations if (name := MATH_CLASSES.get(part))]
    return f' class="{" ".join(names)}"' if names else ""


def _explain(message: str, tex: str) -> str:
    """Return the message of a LaTeX error, with the column where it was met."""
    found = LATEX_ERROR.match(message)
    before, what = (tex[: int(found[1])], found[2]) if found else ("", message)
    column = len(before.rpartition("\n")[2]) + 1
    return f"the formula ${' '.join(tex.split())}$ fails at column {column}: {what}"
