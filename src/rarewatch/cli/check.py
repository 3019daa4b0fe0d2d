"""`check`: is everything there that `run` needs."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from rarewatch import app, log, settings, watchplan
from rarewatch.cli.check_targets import targets
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, people, put, read_config
from rarewatch.config import Config
from rarewatch.config.expectations import lonely
from rarewatch.errors import ConfigError, RarewatchError
from rarewatch.fetch.browser import missing
from rarewatch.slackapp.opening import answerable
from rarewatch.stores import views


def check(
    live: Annotated[bool, typer.Option("--live", help="Ask Slack what its token may do; nobody is told anything.")] = False,
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the configuration, the secrets it names and the database, without polling or telling anyone."""
    loaded = read_config(folder)
    failed = 0
    for name, ok, words in _steps(loaded, live=live):
        failed += not ok
        if as_json:
            put({"check": name, "ok": ok, "words": words})
        else:
            typer.echo(f"{'ok  ' if ok else 'FAIL'} {name}: {words}")
    if failed:
        people.print(f"{failed} check(s) failed")
        raise typer.Exit(Exit.FAILED)


def _steps(loaded: Config, *, live: bool) -> Iterator[tuple[str, bool, str]]:
    watch = loaded.watch
    rules = sum(rule.enabled for rule in watch.rules.values())
    yield (
        "rules",
        rules > 0,
        f"{rules} rules, {len(watch.entities)} entities, {len(watch.lists)} term lists, {len(watch.glossary)} glosses",
    )
    enabled = Counter(source.kind for source in loaded.sources.values() if source.enabled)
    yield "sources", bool(enabled), ", ".join(f"{number} {kind}" for kind, number in enabled.items()) or "none is enabled"
    readers = sum(not subscription.operator for subscription in loaded.audience)
    yield "audience", readers > 0, f"{readers} subscriber(s)" if readers else "nobody would be told"
    operators = len(loaded.audience) - readers
    silent = "warning: nobody would be told of a source in trouble; name somebody under `operators:` in audience.yaml"
    yield "operators", True, f"{operators} operator(s)" if operators else silent
    yield "completeness", True, _completeness(loaded)
    yield _tried("secrets", lambda: f"{len(app.notifiers_in_use(loaded))} notifier(s) in use have theirs")
    yield from targets(loaded, live=live)
    yield from _answering(loaded)
    yield from _ways(loaded)
    heartbeat = loaded.settings.heartbeat
    if heartbeat:
        yield _tried("heartbeat", lambda: "its address is there" if watchplan.address(heartbeat, app.reveal) else "")
    yield _tried("database", lambda: _database(loaded))
    yield _tried("edits", lambda: _edits(loaded))
    canary = loaded.settings.canary
    for name, configured in loaded.settings.notifiers.items():
        if canary and canary.via == name:
            continue
        if not any(target.via == name for subscription in loaded.audience for target in subscription.targets):
            yield "notifier", True, f"{name} ({configured.kind}) is configured, but nobody is told by it"


def _answering(loaded: Config) -> Iterator[tuple[str, bool, str]]:
    """Whether what people press in Slack is heard."""
    for name, options in answerable(loaded).items():
        if options.signing_secret and loaded.settings.web is None:
            yield "answers", False, f"{name} has a signing_secret, but nothing listens: add `web: {{listen: 127.0.0.1:8098}}`"
        else:
            way = "Socket Mode" if options.app_token else "HTTP"
            yield "answers", True, f"{name}: what people press and write is heard over {way}"


def _ways(loaded: Config) -> Iterator[tuple[str, bool, str]]:
    """What the ways to sources need: the logins of proxies, a browser."""
    enabled = [source for source in loaded.sources.values() if source.enabled]
    logins = {ref for source in enabled if (ref := source.access.proxy_login)}
    if logins:
        yield _tried("proxies", lambda: f"{len([app.reveal(ref) for ref in logins])} login(s) of proxies are there")
    shown = [source.id for source in enabled if source.access.browser]
    if shown:
        lacks = missing(settings.chromium())
        words = f"warning: {lacks}; without it nothing is read of {', '.join(shown)}"
        yield "browser", True, words if lacks else f"{len(shown)} source(s) are shown by a browser"


def _completeness(loaded: Config) -> str:
    """What is expected, and what of it nobody could witness."""
    what = loaded.expectations
    counted = f"{len(what.ledgers)} ledger(s), {len(what.expected)} expected event(s), {len(what.witnesses)} group(s) of witnesses"
    return "; warning: ".join([counted, *lonely(what, loaded.sources)])


def _edits(loaded: Config) -> str:
    """Whether the service took over the last edit of the files; raises `ConfigError` with its reasons when it did not."""
    with app.open_archive(loaded) as archive, archive.look() as connection:
        notes = views.rule_sets(connection, 1)
    if notes and notes[0][0].state == "refused":
        raise ConfigError(f"the service refused the last edit: {notes[0][0].words}", hint="it tries again when a file changes")
    return "the service took over the last one" if notes else "no service has run on this archive yet"


def _tried(name: str, work: Callable[[], str]) -> tuple[str, bool, str]:
    try:
        return name, True, work()
    except ConfigError as error:
        return name, False, str(error)
    except RarewatchError as error:
        return name, False, log.redact(str(error))


def _database(loaded: Config) -> str:
    with app.open_archive(loaded) as archive:
        archive.ping()
    return "answers, and its tables are up to date"
