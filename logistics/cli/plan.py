"""`rounds plan WEEK`: plan a week here and now, print what came of it, and write it as JSON if asked."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from logistics.bootstrap import Services, build_services
from logistics.cli.chosen_network import chosen_network
from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import PlanMethod, Product
from logistics.domain.week import IsoWeek
from logistics.planning.off_roads import OffRoads
from logistics.planning.progress import PlanProgress
from logistics.queries.network import NetworkRow
from logistics.queries.plan_document import plan_document
from logistics.queries.plan_summary import PlanSummary, plan_summary
from logistics.services.plan_week import PlanOrder, plan_week
from logistics.settings import Settings

METRES_A_MILE = 1609.344
MOST_REASONS = 40
"""Unserved orders printed one by one; the rest are counted. The JSON file has them all."""


@click.command()
@click.argument("week")
@click.option(
    "--network", "slug", help="The network's short name, if the database holds several; else the one imported last."
)
@click.option("--seconds", type=click.FloatRange(min=0, max=86_400), help="How long to look for better routes.")
@click.option("--seed", type=int, default=0, help="Another seed looks in another order.")
@click.option("--as-last-week", is_flag=True, help="Last week's rounds again, checked, with no solver.")
@click.option("--from-last-week", is_flag=True, help="Start from last week's rounds: every departure has a cost.")
@click.option("--json", "json_path", type=click.Path(dir_okay=False, path_type=Path), help="Write the whole plan here.")
@click.option("--all", "show_all", is_flag=True, help="Print every unserved order.")
def plan(
    *,
    week: str,
    slug: str | None,
    seconds: float | None,
    seed: int,
    as_last_week: bool,
    from_last_week: bool,
    json_path: Path | None,
    show_all: bool,
) -> None:
    """Plan WEEK (like 2026-W49): freeze its demand, share the food, plan the routes, check them, store a proposal."""
    if as_last_week and from_last_week:
        raise click.UsageError("Choose --as-last-week or --from-last-week, not both.")
    method = PlanMethod.AS_LAST_WEEK if as_last_week else PlanMethod.SOLVER
    if from_last_week:
        method = PlanMethod.FROM_LAST_WEEK
    if json_path is not None and not json_path.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {json_path.absolute().parent} to write the plan to: make it first.")
    settings = Settings.from_environment()
    services = build_services(settings)
    try:
        with services.database.unscoped_reading() as session:
            network = chosen_network(session, settings, slug)
        order = PlanOrder(
            week=IsoWeek.parse(week),
            method=method,
            seconds=settings.solver_seconds if seconds is None else seconds,
            seed=seed,
            threads=settings.solver_threads,
        )
        _plan_and_print(services, network, order, json_path, show_all=show_all)
    finally:
        services.close()


def _plan_and_print(
    services: Services, network: NetworkRow, order: PlanOrder, json_path: Path | None, *, show_all: bool
) -> None:
    console = Console(highlight=False)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("Reading the week", total=1000)

        def report(progress: PlanProgress) -> None:
            bar.update(task, description=progress.phase, completed=progress.permille)

        def tell(off: tuple[OffRoads, ...]) -> None:
            bar.console.print("Left out, because no road is near (correct the place or the road map):")
            for place in off:
                bar.console.print(f"  {place.sentence}", markup=False)

        plan_id = plan_week(
            services.database,
            network.id,
            order,
            roads=services.roads,
            now=services.clock.now(),
            report=report,
            tell_off_roads=tell,
        )
    with services.database.reading(network.id) as session:
        summary = plan_summary(session, plan_id)
        document = plan_document(session, plan_id) if json_path is not None else None
    if json_path is not None:
        json_path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print_summary(console, summary, show_all=show_all)
    if json_path is not None:
        console.print(f"The whole plan is in {json_path}.", markup=False)


def print_summary(console: Console, summary: PlanSummary, *, show_all: bool = False) -> None:
    """Served and unserved by product, routes, miles, hours, the checker's word, and the reasons."""
    console.print(
        f"{summary.network_name}, week {summary.week}: version {summary.number}, {summary.state.value}.", markup=False
    )
    table = Table(show_edge=False)
    table.add_column("product")
    table.add_column("served", justify="right")
    table.add_column("unserved", justify="right")
    for product in Product:
        served, unserved = summary.served.get(product, 0), summary.unserved.get(product, 0)
        if served or unserved:
            table.add_row(product.label, str(served), str(unserved))
    console.print(table)
    kilometres = summary.distance_m / 1000
    console.print(
        f"{summary.routes} routes, {summary.doors} doors, {summary.collections} collected at a hub; "
        f"{kilometres:.1f} km ({summary.distance_m / METRES_A_MILE:.1f} miles), "
        f"{summary.duration_s / 3600:.1f} volunteer hours on the road.",
        markup=False,
    )
    if summary.charges_pence:
        console.print(f"Charge zones: {summary.charges_pence / 100:.2f} pounds.", markup=False)
    checked = (
        "The checker finds nothing." if not summary.violations else f"The checker finds {summary.violations} faults!"
    )
    console.print(f"{checked} Engine: {summary.engine}.", markup=False)
    console.print(f"Times and distances: {summary.roads}.", markup=False, soft_wrap=True)
    for left in summary.left_goods:
        console.print(f"Goods left behind: {left}", markup=False)
    if summary.reasons:
        console.print(f"\nUnserved, and why ({len(summary.reasons)} orders):")
    shown = summary.reasons if show_all else summary.reasons[:MOST_REASONS]
    for reason in shown:
        what = reason.product.counted(reason.quantity)
        needs = f" ({reason.needs})" if reason.needs else ""
        console.print(f"  {reason.household_ref}{needs}, {what}, {reason.when}: {reason.sentence}", markup=False)
        if reason.remedy:
            console.print(f"    What would help: {reason.remedy}", markup=False, style="dim")
    if len(shown) < len(summary.reasons):
        console.print(f"  and {len(summary.reasons) - len(shown)} more: use --all or --json.")
