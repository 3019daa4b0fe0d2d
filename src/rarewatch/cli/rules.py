"""`rules`: what is looked for, tried, compared, shown, and begun anew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from sqlalchemy import Connection

from rarewatch import app, clock, settings, trial
from rarewatch.as_yaml import as_yaml
from rarewatch.cli.archive import Limit, when
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, columns, fail, put, read_config
from rarewatch.cli.rules_files import new, schema
from rarewatch.cli.rules_near import near
from rarewatch.cli.rules_plan import plan
from rarewatch.cli.rules_precision import precision
from rarewatch.cli.rules_trial import examples
from rarewatch.config import Config
from rarewatch.config.folder import MAIN, Folder
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.program import settings as read_settings
from rarewatch.matchers import Lexicon
from rarewatch.mutate import uses
from rarewatch.nouns.watch import Example, Rule, Watch
from rarewatch.plan import heard_of, in_force
from rarewatch.stores import views

rules = typer.Typer(
    help="Work with rules: try them, compare them with what is in force, show them, begin new ones.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules.command("test")(examples)
rules.command("plan")(plan)


@rules.command("list")
def list_(folder: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show every rule: its severity, version, state and who hears of it."""
    loaded = read_config(folder)
    lines = [_line(rule, loaded) for rule in loaded.watch.rules.values()]
    if as_json:
        for line in lines:
            put(line)
        return
    rows = [
        [
            line["rule"],
            line["severity"],
            line["state"],
            line["group"],
            str(line["examples"]),
            ", ".join(line["heard_by"]),
            line["title"],
        ]
        for line in lines
    ]
    columns(rows, ["rule", "severity", "state", "group", "examples", "heard by", "title"])


@rules.command()
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="A rule's id, or type:ID for an announcement type.")],
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one rule as rarewatch understands it: lists and entities written out, who hears of it, its examples."""
    loaded = read_config(folder)
    known = trial.subjects(loaded.watch)
    if id_ not in known:
        fail(f"there is no rule {id_!r}; `rarewatch rules list` lists them", Exit.MISTAKE)
    rule = loaded.watch.rules.get(id_, known[id_])
    shown = {**_line(rule, loaded), **_inside(rule, loaded.watch)}
    if as_json:
        put(shown)
        return
    kept = {name: value for name, value in shown.items() if value not in ("", [], {})}
    typer.echo(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=120).rstrip())


@rules.command()
def status(limit: Limit = 5, folder: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show which rules the service works with since when, and which edits it refused; exit code 1 when the last was refused."""
    with _archive(settings.config_folder(folder)) as (loaded, connection):
        notes = views.rule_sets(connection, limit)
    if not notes and not as_json:
        typer.echo("no service has run on this archive yet")
    for note, at in notes:
        known = {"rules": len(note.rules), "words": note.words}
        if as_json:
            put({"at": at.isoformat(timespec="seconds"), "state": note.state, "digest": note.digest, **known})
            continue
        typer.echo(
            f"{when(at.isoformat(), loaded)}  {note.state}"
            + (f": {len(note.rules)} rules, {note.digest[:12]}" if note.digest else "")
        )
        for line in note.words.splitlines():
            typer.echo(f"    {line}")
    if notes and notes[0][0].state == "refused":
        raise typer.Exit(Exit.FAILED)


rules.command("near")(near)
rules.command("precision")(precision)
rules.command("new")(new)
rules.command("schema")(schema)


def _line(rule: Rule, loaded: Config) -> dict[str, Any]:
    heard = [one.id for one in loaded.audience if heard_of(one, ((rule.id, int(rule.severity)),))]
    live = in_force(rule, clock.now())
    return {
        "rule": rule.id,
        "title": rule.title,
        "title_zh": rule.title_zh,
        "severity": rule.severity.label,
        "state": "in force" if live else _rest(rule),
        "group": rule.group,
        "version": rule.digest,
        "where": rule.where,
        "heard_by": heard if live and rule.id in loaded.watch.rules else [],
        "examples": len(rule.examples),
    }


def _rest(rule: Rule) -> str:
    if rule.disabled is None or not rule.enabled:
        return "not enabled"
    until = f" until {rule.disabled.until}" if rule.disabled.until else ""
    return f"rests{until}: {rule.disabled.reason}"


def _inside(rule: Rule, watch: Watch) -> dict[str, Any]:
    lexicon = Lexicon(watch.entities, watch.lists, watch.groups)
    conditions = [rule.when, *(adjust.when for adjust in rule.adjust)]
    lists, entities = (set[str]().union(*names) for names in zip(*(uses(one, lexicon) for one in conditions), strict=True))
    return {
        "when": as_yaml(rule.when),
        "adjust": [
            {"when": as_yaml(one.when), **({"by": one.by} if one.to is None else {"to": one.to.label})} for one in rule.adjust
        ],
        "lists": {name: list(watch.lists[name]) for name in sorted(lists) if name in watch.lists},
        "entities": {
            name: [alias.text for alias in watch.entities[name].aliases] for name in sorted(entities) if name in watch.entities
        },
        "match": [_example(one) for one in rule.examples if one.match],
        "ignore": [_example(one) for one in rule.examples if not one.match],
    }


def _example(example: Example) -> str:
    return example.title or example.text or example.attachment or example.url or f"item {example.item}"


@contextmanager
def _archive(folder: Path) -> Iterator[tuple[Config, Connection]]:
    """The archive of a configuration whose rules may be broken: only the settings are read."""
    mistakes = Mistakes()
    top = Folder(folder, mistakes).one(MAIN)
    read = read_settings(top, mistakes) if top else None
    mistakes.raise_all()
    assert read is not None
    loaded = Config(read, {}, Watch(), (), "", folder)
    with app.open_archive(loaded) as archive, archive.look() as connection:
        yield loaded, connection


__all__: Sequence[str] = ["rules"]
