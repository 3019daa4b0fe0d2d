"""`sources ...`: the group of commands about sources; without a command's name the sources are listed."""

from typing import Any

import typer
from typer.core import TyperGroup

from rarewatch.cli import sources_doctor, sources_list, sources_new


class _ListsByDefault(TyperGroup):
    """Takes a first word that is no command for an argument of the listing; `default` is that command's name."""

    default = "list"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer does it, with the listing's name put in front where no command was named."""
        if not args or args[0] not in {*self.commands, "-h", "--help"}:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


sources = typer.Typer(
    cls=_ListsByDefault, help="Show sources, draft new ones, examine those there are; `sources` alone shows them all."
)
sources.command(_ListsByDefault.default)(sources_list.sources)
sources.command("new")(sources_new.new)
sources.command("doctor")(sources_doctor.doctor)
