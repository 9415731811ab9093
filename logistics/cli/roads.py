"""`rounds roads`: build road maps from OpenStreetMap files, choose the one that plans are made with, try them."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from logistics.cli.charge_zones import zones
from logistics.cli.parking import parking
from logistics.cli.slow_hours import slow_hours
from logistics.domain.errors import BadInput, RuleBroken
from logistics.gateways.base_map import base_map_folder, build_base_map
from logistics.gateways.roads.chosen import road_maps
from logistics.gateways.roads.graph_build import build_map, try_graph
from logistics.gateways.roads.profiles import RoadProfile
from logistics.gateways.roads.road_maps import RoadMap, RoadMaps
from logistics.settings import Settings

ESTIMATE = "estimate"


@click.group()
def roads() -> None:
    """Real streets: build road maps from OpenStreetMap files and choose one."""


roads.add_command(slow_hours)
roads.add_command(parking)
roads.add_command(zones)


@roads.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--profile",
    "profiles",
    type=click.Choice([profile.value for profile in RoadProfile]),
    multiple=True,
    help="Only this way of travelling; may be given several times. Left out: all of them.",
)
@click.option("--threads", type=click.IntRange(1, 256), help="How many cores to use. Left out: all.")
@click.option("--again", is_flag=True, help="Build anew what is already built.")
@click.option("--no-use", is_flag=True, help="Do not plan with it yet.")
def build(*, file: Path, profiles: Sequence[str], threads: int | None, again: bool, no_use: bool) -> None:
    """Build a road map from FILE.osm.pbf and plan with it from then on.

    Until it is complete and has been tried, the map in use stays in use. It may be stopped and started again at any time.
    """
    settings = Settings.from_environment()
    maps = road_maps(settings)
    wanted = [RoadProfile(name) for name in profiles] or list(RoadProfile)
    with _stoppable(), _bars(wanted) as (bars, tasks):

        def report(profile: RoadProfile, doing: str, permille: int) -> None:
            bars.update(tasks[profile], description=f"{profile.label}: {doing.lower()}", completed=permille)

        built = build_map(maps, file, wanted, now=datetime.now(UTC), threads=threads, again=again, report=report)
    if not no_use:
        maps.use(built)
        _draw_base_map(file, settings)
    click.echo(f"{built.name} is built: {built.roads:,} roads, {_age(built)}.")
    click.echo(
        "It is not in use yet: “rounds roads use " + built.name + "”."
        if no_use
        else "Plans are made with it from now on. If “rounds serve” is running, start it again."
    )


@roads.command("list")
def list_() -> None:
    """The maps that are built, and which is in use."""
    maps = road_maps(Settings.from_environment())
    found = maps.all()
    in_use = maps.in_use()
    if not found:
        click.echo("No road map is built: times are estimates from straight lines. “rounds roads build FILE.osm.pbf”.")
        return
    table = Table(show_edge=False)
    for name in ("", "map", "data of", "for", "size", "id"):
        table.add_column(name)
    for road_map in found:
        table.add_row(
            "in use" if in_use is not None and in_use.id == road_map.id else "",
            road_map.name,
            road_map.data_date.isoformat() if road_map.data_date else "unknown",
            ", ".join(profile.label for profile in RoadProfile if profile in road_map.graphs),
            f"{sum(graph.size_bytes for graph in road_map.graphs.values()) / 1e6:,.1f} MB",
            road_map.id,
        )
    Console(highlight=False).print(table)
    if in_use is None:
        click.echo("None is in use: times are estimates from straight lines. “rounds roads use NAME”.")


@roads.command()
@click.argument("name")
def use(name: str) -> None:
    """Plan with the map NAME (or its id) from now on; `estimate`: with straight lines."""
    maps = road_maps(Settings.from_environment())
    if name == ESTIMATE:
        maps.use(None)
        click.echo("Plans are made with estimates from straight lines from now on.")
    else:
        chosen = maps.get(name)
        for profile in chosen.graphs:
            maps.graph_path(chosen, profile)
        maps.use(chosen)
        click.echo(f"Plans are made with {chosen.name}, {_age(chosen)}, from now on.")
    click.echo("If “rounds serve” is running, start it again.")


@roads.command()
@click.argument("name")
def remove(name: str) -> None:
    """Delete the map NAME (or its id). The one in use cannot be deleted."""
    maps = road_maps(Settings.from_environment())
    chosen = maps.get(name)
    maps.remove(chosen)
    click.echo(f"{chosen.name} ({chosen.id}) is deleted.")


@roads.command()
@click.argument("name", required=False)
def check(name: str | None) -> None:
    """Open every graph of the map NAME (left out: the one in use) and route on it. Exit code 1 if one fails."""
    maps = road_maps(Settings.from_environment())
    chosen = maps.get(name) if name else maps.in_use()
    if chosen is None:
        raise RuleBroken("No road map is in use, so there is nothing to check. “rounds roads build FILE.osm.pbf”.")
    click.echo(f"{chosen.name}, {_age(chosen)}:")
    _check_graphs(maps, chosen)


def _check_graphs(maps: RoadMaps, chosen: RoadMap) -> None:
    for profile in chosen.graphs:
        path = maps.graph_path(chosen, profile)
        try_graph(path, chosen.bounds)
        click.echo(f"  {profile.label}: opens, and finds its way.")
    for profile in RoadProfile:
        if profile not in chosen.graphs:
            click.echo(f"  {profile.label}: not built. Nobody who travels so can be planned for.")


def _draw_base_map(file: Path, settings: Settings) -> None:
    """What pages draw under routes with no internet. Times do not need it, so without it the road map is used all the same."""
    try:
        build_base_map(file, base_map_folder(settings.home))
    except (BadInput, OSError) as error:
        click.echo(f"The map to draw routes on could not be made: {error}", err=True)


def _age(road_map: RoadMap) -> str:
    known = road_map.data_date
    return f"OpenStreetMap data of {known.day} {known:%B %Y}" if known else "OpenStreetMap data of an unknown date"


@contextmanager
def _bars(profiles: Sequence[RoadProfile]) -> Iterator[tuple[Progress, dict[RoadProfile, TaskID]]]:
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True)
    ) as bars:
        yield bars, {profile: bars.add_task(f"{profile.label}: waiting", total=1000) for profile in profiles}


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite stop (SIGTERM) ends the build as Ctrl-C does: children first, drafts deleted."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped. What was in use still is; build again, and finished parts are not built twice.", err=True)
        click.get_current_context().exit(130)
    finally:
        signal.signal(signal.SIGTERM, before)
