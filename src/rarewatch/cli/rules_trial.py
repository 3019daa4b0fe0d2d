"""`rules test`: every example tried; `--mutate`: what no example would notice."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Annotated, Any

import typer

from rarewatch import app, mutate, trial
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, columns, fail, people, progress, put, read_config
from rarewatch.config import Config
from rarewatch.nouns.watch import Example
from rarewatch.trial import Look, Trial

_WORDS = {True: "passed", False: "failed", None: "not tried"}


def examples(
    rules: Annotated[
        list[str] | None, typer.Argument(help="Rule ids, or type:ID for a type; none means all.", show_default=False)
    ] = None,
    mutants: Annotated[
        bool, typer.Option("--mutate", help="Leave out each clause, term and alias in turn: does an example notice?")
    ] = False,
    budget: Annotated[int, typer.Option(min=1, help="With --mutate: try at most so many.")] = 5000,
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold the rules and types against the examples beside them; exit code 1 when one fails. No file is changed."""
    loaded = read_config(folder)
    wanted = _named(rules or [], loaded)
    with ExitStack() as stack:
        look = _look(loaded, wanted, stack)
        failed = _tried(list(trial.run(loaded.watch, wanted, look)), wanted, loaded, as_json)
        if mutants:
            _mutated(loaded, wanted, look, budget, as_json)
    if failed:
        raise typer.Exit(Exit.FAILED)


def _named(rules: Sequence[str], loaded: Config) -> Sequence[str]:
    known = trial.subjects(loaded.watch)
    for name in rules:
        if name not in known:
            fail(f"there is no rule {name!r}; `rarewatch rules list` lists them", Exit.MISTAKE)
    return rules


def _look(loaded: Config, wanted: Sequence[str], stack: ExitStack) -> Look:
    """Opens the archive only when an example asks for it."""
    subjects = trial.subjects(loaded.watch)
    written = [example for name in wanted or subjects for example in subjects[name].examples]
    if not any(example.item or example.url for example in written):
        return trial.no_archive
    store = stack.enter_context(app.open_archive(loaded))

    def look(example: Example) -> Example | str:
        return trial.archived(example, store.stored, loaded.sources)

    return look


def _tried(trials: Sequence[Trial], wanted: Sequence[str], loaded: Config, as_json: bool) -> int:
    failed = [tried for tried in trials if tried.passed is False]
    for tried in trials:
        if as_json:
            put(_line(tried))
        elif not tried.passed:
            typer.echo(f"{tried.example.where}: {tried.of}: {_expected(tried)}\n    {_title(tried.example)}\n    {tried.why}")
    subjects = trial.subjects(loaded.watch)
    bare = [name for name in wanted or subjects if not subjects[name].examples]
    untried = sum(tried.passed is None for tried in trials)
    words = f"{len(trials)} example(s) of {len(wanted or subjects) - len(bare)} rule(s) and type(s): {len(failed)} failed"
    people.print(words + (f", {untried} could not be tried" if untried else ""))
    if bare:
        people.print(f"without any example: {', '.join(bare)}")
    return len(failed)


def _expected(tried: Trial) -> str:
    if tried.passed is None:
        return "cannot be tried"
    return "must match and does not" if tried.example.match else "must be ignored and is not"


def _title(example: Example) -> str:
    return example.title or example.text[:80] or example.attachment[:80] or example.url or f"item {example.item}"


def _line(tried: Trial) -> dict[str, Any]:
    return {
        "of": tried.of,
        "where": tried.example.where,
        "expected": "match" if tried.example.match else "ignore",
        "title": _title(tried.example),
        "result": _WORDS[tried.passed],
        "why": tried.why,
    }


def _mutated(loaded: Config, wanted: Sequence[str], look: Look, budget: int, as_json: bool) -> None:
    chosen = mutate.mutants(loaded.watch, wanted)
    with progress("leaving out", len(chosen)) as bar:
        verdicts = list(_stepping(mutate.run(loaded.watch, chosen, look, budget), bar.step))
    found = mutate.scores(verdicts)
    survivors = [verdict.mutant for verdict in verdicts if verdict.noticed is False]
    if as_json:
        for verdict in verdicts:
            put({"of": verdict.mutant.of, "without": verdict.mutant.what, "noticed": verdict.noticed})
    else:
        for score in found:
            lost = [mutant.what for mutant in survivors if mutant.of == score.of]
            if lost:
                typer.echo(f"{score.of}: no example would notice the loss of")
                for what in lost:
                    typer.echo(f"    {what}")
        columns(
            [[score.of, f"{score.noticed} of {score.tried}", f"{score.share:.0%}"] for score in found], ["of", "noticed", "score"]
        )
    untried = sum(verdict.noticed is None for verdict in verdicts)
    noticed = sum(score.noticed for score in found)
    people.print(
        f"{len(verdicts) - untried} thing(s) left out in turn, {noticed} noticed by an example"
        + (f"; {untried} not tried: raise --budget" if untried else "")
    )


def _stepping(verdicts: Iterator[mutate.Verdict], step: Any) -> Iterator[mutate.Verdict]:
    for verdict in verdicts:
        step()
        yield verdict
