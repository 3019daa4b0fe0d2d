"""`rules new` and `rules schema`: what helps to write the files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from rarewatch.cli.context import ConfigOption, Exit, fail, people, read_config
from rarewatch.config.schemas import schemas
from rarewatch.config.units import ID

_SKELETON = """\
# A rule. Put it into a file of rules/, under `rules:` if there is one already; `rarewatch rules test {id}` tries it.
rules:
  - id: {id}
    title: {title}
    # title_zh: 中文标题
    severity: notable        # log, routine, notable, important, urgent
    # group: policy          # rules of one group can be put to rest together
    when:
      all:                   # every one of these; any: at least one; none: not one
        - terms: [稀土, rare earth]
        - terms: [出口管制, export control]
          # in: title        # title, text, attachment; anywhere when left out
    # adjust:                # what raises or lowers the severity
    #   - when: {{tier: issuer}}
    #     by: 1
    match:                   # what it must find: a title, or {{title: ..., text: ...}}
      - 商务部公布对稀土相关物项实施出口管制的决定
    ignore:                  # what it must not find
      - 稀土价格走势平稳
"""


def new(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The new rule's id: small letters, digits, '.', '_', '-'.")],
    title: Annotated[str, typer.Option(help="What an alert says of the rule.")] = "",
    folder: ConfigOption = None,
) -> None:
    """Print a rule to begin with, with a comment on every line that needs one; nothing is written to any file."""
    if not ID.fullmatch(id_):
        fail(f"{id_!r} is no id: use small letters, digits, '.', '_' and '-'", Exit.MISTAKE)
    known = read_config(folder).watch.rules
    if id_ in known:
        fail(f"there is a rule {id_!r} already, at {known[id_].where}", Exit.MISTAKE)
    shown = json.dumps(title or id_.replace("-", " ").replace("_", " ").capitalize(), ensure_ascii=False)
    typer.echo(_SKELETON.format(id=id_, title=shown), nl=False)


def schema(
    out: Annotated[
        Path | None,
        typer.Option(help="Write one file a kind of YAML into this folder, in place of one JSON object.", show_default=False),
    ] = None,
) -> None:
    """Give the JSON Schema of every kind of YAML file, for editors that complete and check what is typed."""
    made = schemas()
    if out is None:
        typer.echo(json.dumps(made, ensure_ascii=False, indent=2))
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            (out / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}", Exit.FAILED)
    people.print(f"{len(made)} file(s) in {out}: {', '.join(f'{name}.json' for name in made)}")
