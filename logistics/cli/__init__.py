"""The command `rounds`. Each subcommand lives in a module of its own, imported only when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from logistics.domain.errors import BadInput, FoodRoundsError

COMMANDS = {
    "account": ("accounts:account", "Make accounts and give them roles."),
    "audit": ("audit:audit", "Whether the trail of who did what is what was written."),
    "backup": ("backups:backup", "Copy everything into one locked file, and try it out."),
    "backup-key": ("backups:backup_key", "Make a key for backups."),
    "check": ("check:check", "What is still missing for production."),
    "db": ("database:db", "The database's tables: upgrade, current, check."),
    "demo": ("demo:demo", "Load the demo week, plan it and serve it."),
    "donations": ("donations:donations", "Put the donations of schedules on the list for the weeks ahead."),
    "export": ("exports:export", "Write a network's rows as spreadsheets."),
    "import": ("imports:import_", "Read a network's spreadsheets into the database."),
    "keys": ("keys:keys", "The keys of what is sealed in the database: check, rotate, drop."),
    "link": ("links:link", "Make a driver's link."),
    "person": ("person:person", "People’s data: register, export, erase, keeping times."),
    "places": ("places:places", "Postcode files, and addresses without a place."),
    "plan": ("plan:plan", "Plan a week."),
    "publish": ("publish:publish", "Send a plan out."),
    "restore": ("backups:restore", "Bring a backup back, whole or not at all."),
    "roads": ("roads:roads", "Real streets: build road maps and choose one."),
    "serve": ("serve:serve", "Run the web server and a worker."),
    "worker": ("worker:worker", "Run a worker that plans."),
}
"""Each subcommand: the module of `logistics.cli` and the attribute that hold it, and its line in the list."""


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is called for, so that `rounds --version` need not load a solver."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, sorted."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, or None for a name that is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(import_module(f"{__name__}.{module}"), attribute)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; our own errors become one sentence on standard error, exit code 2 for bad input and 1 otherwise."""
        try:
            return super().invoke(ctx)
        except FoodRoundsError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2 if isinstance(error, BadInput) else 1)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of subcommands, without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="food-rounds", prog_name="rounds")
def main() -> None:
    """Plan a community food network's week: from spreadsheets to routes on volunteers' phones."""
