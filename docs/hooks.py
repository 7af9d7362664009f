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
from types import ModuleType
from typing import Any, get_args

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import uptake
from uptake import kinds as kinds_module
from uptake import plan as plan_module
from uptake.kinds import KINDS
from uptake.metrics.catalogue import catalogue
from uptake.plan import Plan, starter
from uptake.plan.section import Section

SECTIONS = ("Args", "Returns", "Raises", "References", "Example", "Examples")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages and keep in the navigation what exists."""
    for write in (metrics, kinds, plan, command_line, python):
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
            rows = [(code(param.name), param.type, param.about) for param in entry.metric.params]
            text += ["## Parameters", table(("Name", "Type", "Means"), rows)]
        yield f"metrics/{name}.md", "\n\n".join(text)
    text = ["# Metrics", "Each is defined in one file, which is also its page."]
    yield "metrics/index.md", "\n\n".join([*text, table(("Metric", "Name", "What for"), listed)])


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
        for member, method in vars(thing).items() if inspect.isclass(thing) else ():
            if not member.startswith("_") and (inspect.isfunction(method) or isinstance(method, property)):
                text += [f"### {name}.{member}", signature(member, method), docstring(method)]
    yield "reference/python.md", "\n\n".join(text)


def find(name: str) -> ModuleType | None:
    """The module, or None where it does not exist; a module that fails to import fails the build."""
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def signature(name: str, thing: object) -> str:
    """How to call it, as Python; nothing for what cannot be called."""
    if not callable(thing):
        return ""
    unquoted = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(thing)))
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
