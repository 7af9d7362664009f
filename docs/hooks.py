"""Writes the reference pages from the code itself, so that no page can say anything else than the code.

MkDocs calls `on_files` once per build. A part of Uptake that is not there yet has no page.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any, cast, get_args

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import uptake
from uptake import kinds as kinds_module
from uptake import plan as plan_module
from uptake.kinds import KINDS
from uptake.metrics.asking.earlier import columns as beside
from uptake.metrics.asking.people import People
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.metric import Asked, Entry, Param
from uptake.metrics.core.params import read as read_params
from uptake.metrics.core.result import Column, Result
from uptake.metrics.core.universal import UNIVERSAL_PARAMS
from uptake.metrics.glossary import about
from uptake.plan import Plan, starter
from uptake.plan.section import Section
from uptake.signals import signal

SECTIONS = ("Args", "Returns", "Raises", "References", "Example", "Examples")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages and keep in the navigation what exists."""
    for write in (metrics, signals, questions, kinds, plan, command_line, python):
        for path, text in write():
            files.append(File.generated(config, path, content=text))
    config.nav = existing(config.nav or [], sorted(page.src_uri for page in files.documentation_pages()))
    return files


def existing(nav: list[Any], pages: list[str]) -> list[Any]:
    """The navigation without entries that have no page, and with folders spelt out."""
    kept: list[Any] = []
    for entry in nav:
        title, target = next(iter(entry.items()))
        if isinstance(target, list):
            target = existing(target, pages)
        elif target.endswith("/"):
            target = [page for page in pages if page.startswith(target)]
            target.sort(key=lambda page: (not page.endswith("/index.md"), page))
        elif target not in pages:
            continue
        if target:
            kept.append({title: target})
    return kept


def metrics() -> Iterator[tuple[str, str]]:
    """A page per metric, which is its definition, and a list of all."""
    listed = []
    for name, entry in catalogue().items():
        definition = entry.definition
        listed.append((f"[{definition.title}]({name}.md)", code(name), definition.purpose))
        text = [f"# {definition.title}", code(name), definition.purpose]
        text.append("\n".join(f"- **{label}**: {says}" for label, says in definition.parts.items()))
        if entry.metric.params:
            text += ["## Parameters", parameters(entry.metric.params)]
        yield f"metrics/{name}.md", "\n\n".join(text)
    text = ["# Metrics", "Each is defined in one file, which is also its page."]
    yield "metrics/index.md", "\n\n".join([*text, table(("Metric", "Name", "What for"), listed)])


def signals() -> Iterator[tuple[str, str]]:
    """One page with a part per signal, which is its definition."""
    text = [
        "# Signals",
        (
            "What is known of each user and account as of the end of any day. [Scores](../plan.md#scores) and rules are made"
            " of them. A signal says of each what the metric of its name says of all."
        ),
    ]
    listed = [(f"[{name}](#{name})", one.unit, said_of(one), scale(one)) for name, one in signal.catalogue().items()]
    text.append(table(("Signal", "Unit", "Of", "In a score"), listed))
    for name, one in signal.catalogue().items():
        definition = signal.definition(name)
        text += [f"## {name}", f"{definition.title}. {definition.purpose}"]
        text.append("\n".join(f"- **{label}**: {says}" for label, says in definition.parts.items()))
        if one.params:
            text.append(parameters(one.params))
    yield "reference/signals.md", "\n\n".join(text)


def said_of(one: signal.Signal) -> str:
    """Who has a signal."""
    return "users and accounts" if one.is_said_of("user") else "accounts"


def scale(one: signal.Signal) -> str:
    """How a signal becomes 0 to 1 where a score does not say."""
    if one.best is not None:
        return f"{one.worst:g} stands for 0, {one.best:g} for 1"
    return "held against peers" if one.is_ranked else "say `best`, or `ranked: true`"


TYPES = {
    "boolean": "`True` or `False`; in texts `true`, `false`, `1`, `0`",
    "choice": "one of the choices, as text",
    "conditions": "a mapping `{'seats': {'gte': 10}}`, a text `'seats>=10'`, or a list of these, all of which must hold",
    "criteria": "what a plan writes for a milestone: `'task'`, `{'event': 'task', 'at_least': 3}`, `{'all': [...]}`",
    "date": "a `datetime.date`, or `'2026-03-31'`",
    "duration": "a number of days, or a number with its unit: `7`, `'7 days'`, `'90m'`, `'30 seconds'`; `'none'` for no limit",
    "exclusions": "a list of events, each with the steps between which it must not happen",
    "instant": "a `datetime`, or `'2026-03-31T12:00:00Z'`; a date means its end",
    "integer": "a whole number",
    "list": "a list of whole numbers, or `'1,3,4'`",
    "moment": "an event, a milestone of the plan, or another moment that is dated",
    "number": "a number",
    "quorum": "how many members of which roles: what a plan writes under `activation.account`",
    "selector": "an event's name, `{'event': 'task', 'where': {'size': {'gte': 3}}}`, or `{'feature': 'boards'}`",
    "selectors": "a list of selectors, or names with commas between",
    "steps": "a list of selectors, in their order",
    "text": "a text",
    "texts": "a text, or a list of texts; in texts with commas between",
}
"""Type of a parameter -> what it takes. In an address and on the command line mappings and lists are JSON."""
BESIDE = "Every answer begins with `period_on` where a period is asked for, and with the columns it is broken down by."


def questions() -> Iterator[tuple[str, str]]:
    """One page with everything that can be asked and what comes back, to write code against."""
    text = [
        "# Asking metrics",
        (
            "```python\nimport uptake\n\nws = uptake.open('workspace')  # or uptake.from_events(frame, user='uid')\n"
            "result = ws.metric('retention', unit='week', by='account.plan')\n"
            "result.rows  # a list of dicts; also to_pandas(), to_arrow(), to_dict()\nresult.params  # asks the same again\n```"
        ),
        (
            "The same names are options of `uptake metric` (`--by`; a metric's own as `--param unit=week`) and stand in the"
            " address of a metric's page (`/metrics/retention?unit=week`)."
        ),
        "## What every metric takes",
        parameters(UNIVERSAL_PARAMS),
        "How they work together is in [Questions](../questions.md).",
        "## Types",
        table(("Type", "Takes"), list(TYPES.items())),
        "## Metrics",
    ]
    for name, entry in catalogue().items():
        metric = entry.metric
        text += [f"### {name}", f"[{entry.definition.title}](../metrics/{name}.md). {entry.definition.purpose}"]
        default = f", by default {code(metric.default_entity)}" if metric.default_entity != "user" else ""
        period = f" Period, if none is asked for: {code(metric.default_period)}." if metric.default_period else ""
        text.append(f"`entity`: {codes(metric.entities)}{default}.{period}")
        if metric.params:
            text.append(parameters(metric.params))
        for title, columns in answers(entry):
            rows = [(code(one.name), one.type, one.unit, about(one.name)) for one in columns]
            text += [title, table(("Column", "Type", "Unit", "Holds"), rows)]
    text += ["## Columns", BESIDE, "With `compare` there are these beside:"]
    text.append(table(("Column", "Type", "Holds"), [(code(c.name), c.type, about(c.name)) for c in beside("")]))
    yield "reference/metrics.md", "\n\n".join(text)


def parameters(params: Iterable[Param]) -> str:
    """A table of parameters."""
    rows = [(code(one.name), one.type, default_of(one), allowed(one), one.about) for one in params]
    return table(("Parameter", "Type", "Default", "Allowed", "Means"), rows)


def default_of(param: Param) -> str:
    """The default in words."""
    value = param.default_for(Plan())
    said = "" if value is None else code(str(value))
    return f"the plan's, else {said}" if callable(param.default) else said


def allowed(param: Param) -> str:
    """The choices, or the limits of a number."""
    if param.choices:
        return codes(param.choices)
    if param.least is not None and param.most is not None:
        return ", ".join((f"{param.least:g} to {param.most:g}", *map(code, param.words)))
    return f"at least {param.least:g}" if param.least is not None else ""


def answers(entry: Entry) -> Iterator[tuple[str, tuple[Column, ...]]]:
    """The columns of a metric's answer, for each of its outputs."""
    metric = entry.metric
    outputs = next((one.choices for one in metric.params if one.name == "output"), ("",))
    for output in outputs:
        given = read_params(metric, {"output": output} if output else {}, Plan(), entry.name)
        stub = SimpleNamespace(  # columns depend on parameters alone, and there is no workspace here
            question=SimpleNamespace(params=given, entity=metric.default_entity, period=None, by=()),
            plan=Plan(),
            unit=metric.unit,
            param=given.__getitem__,
        )
        kind = metric.kind_for({**given, "entity": metric.default_entity})
        own = [Column(label, "text") for label in metric.labels_for(given)]
        yield (
            (f"With `output={output}`:" if output else "Answer:"),
            (*own, *kind.columns(metric.unit, cast("Asked", stub))),
        )


def kinds() -> Iterator[tuple[str, str]]:
    """One page with a table of columns per kind of rows."""
    text = ["# Import kinds", docstring(kinds_module)]
    for kind in KINDS:
        text += [f"## {kind.name}", kind.about]
        if kind.one_of:
            text.append(f"At least one of {codes(kind.one_of)} must be filled.")
        rows = [
            (code(column.name), column.type, "yes" if column.required else "", codes(column.aliases), column.about)
            for column in kind.columns
        ]
        text.append(table(("Column", "Type", "Required", "Other names read", "Holds"), rows))
    yield "reference/kinds.md", "\n\n".join(text)


def plan() -> Iterator[tuple[str, str]]:
    """One page with a part per section of the plan, in the order in which they are reached."""
    text = ["# The adoption plan", docstring(plan_module).partition("\n\n")[0]]
    for section in reached(Plan, []):
        about = docstring(section).replace("**Args**", "**Keys**")
        keys = "" if "**Keys**" in about else f"Keys: {codes(section.keys())}."
        text += [f"## {section.__name__}", about, keys]
    text += ["## A first plan", "What `uptake init` writes, one file after the other."]
    text += [f'```yaml title="plan/{name}"\n{content}\n```' for name, content in starter().items()]
    yield "reference/plan.md", "\n\n".join(text)


def reached(section: type[Section], seen: list[type[Section]]) -> list[type[Section]]:
    """The section and every section that its fields can hold, each once."""
    if section not in seen:
        seen.append(section)
        for field in section.model_fields.values():
            for part in parts(field.annotation):
                reached(part, seen)
    return seen


def parts(annotation: object) -> Iterator[type[Section]]:
    """The sections named in a type such as `tuple[Feature, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in get_args(annotation):
        yield from parts(argument)


def command_line() -> Iterator[tuple[str, str]]:
    """One page with a part per command."""
    module = find("uptake.cli")
    if module is None or not hasattr(module, "app"):
        return
    import typer.main

    program = typer.main.get_command(module.app)
    text = ["# Command line", inspect.cleandoc(program.help or "")]
    for name, command in getattr(program, "commands", {}).items():
        text += [f"## uptake {name}", inspect.cleandoc(command.help or "")]
        rows = [
            (codes([*option.opts, *option.secondary_opts]), getattr(option, "help", None) or "")
            for option in command.params
        ]
        text.append(table(("Argument", "Means"), rows))
    yield "reference/cli.md", "\n\n".join(text)


def python() -> Iterator[tuple[str, str]]:
    """One page with everything that `import uptake` offers."""
    text = ["# Python", docstring(uptake)]
    for name in uptake.__all__:
        thing = getattr(uptake, name)
        if not callable(thing):
            continue
        text += [f"## uptake.{name}", signature(name, thing)]
        if thing.__name__ != name:
            text.append(f"Another name of `{thing.__name__}`.")
            continue
        text.append(docstring(thing))
        for member, method in members(thing) if inspect.isclass(thing) else ():
            text += [f"### {name}.{member}", signature(member, method), docstring(method)]
    text += [
        "## What comes back",
        "An answer holds its `rows`, a list of dicts, beside what was asked and how it was counted.",
    ]
    for answer in (Result, People):
        text += [f"### {answer.__name__}", docstring(answer)]
        text += [f"{code(member)}: {docstring(method)}" for member, method in members(answer)]
    yield "reference/python.md", "\n\n".join(text)


def members(thing: type) -> Iterator[tuple[str, object]]:
    """The public methods and properties of a class: those it inherits, which ask, before its own."""
    names = [name for base in reversed(thing.__mro__) if base is not object for name in vars(base)]
    for name in dict.fromkeys(names):
        method = inspect.getattr_static(thing, name)
        if not name.startswith("_") and (inspect.isfunction(method) or isinstance(method, property)):
            yield name, method


def find(name: str) -> ModuleType | None:
    """The module, or None where it does not exist; a module that fails to import fails the build."""
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def signature(name: str, thing: object) -> str:
    """How to call it, as Python; nothing for what cannot be called."""
    if not callable(thing):
        return ""
    unquoted = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(thing)))
    unquoted = re.sub(r"<function (\w+) at \w+>", r"\1", unquoted)
    if inspect.isclass(thing):
        unquoted = unquoted.removesuffix(" -> None")
    return f"```python\n{name}{unquoted}\n```"


def docstring(thing: object) -> str:
    """A Google-style docstring as Markdown."""
    text = inspect.getdoc(thing) or ""
    blocks = re.split(rf"^({'|'.join(SECTIONS)}):\n", text, flags=re.MULTILINE)
    written = [example(blocks[0].strip())]
    for title, body in zip(blocks[1::2], blocks[2::2], strict=True):
        content = textwrap.dedent(body).strip()
        if title == "Args":
            content = re.sub(r"^(\*{0,2}\w+): ", r"- `\1`: ", content, flags=re.MULTILINE)
        written += [f"**{title}**", example(content)]
    return "\n\n".join(written)


def example(text: str) -> str:
    """The text with its interpreter sessions fenced."""
    return re.sub(r"(^>>> .*?)(?=\n\n|\Z)", r"```pycon\n\1\n```", text, flags=re.MULTILINE | re.DOTALL)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [list(head), *([" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str) -> str:
    """The text as code."""
    return f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    """The texts as code, in a row."""
    return ", ".join(map(code, texts))
