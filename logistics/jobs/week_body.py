"""The work of a run: plan its week, improve a draft of its plan, or plan a day again, and end the run with it in one transaction."""

from __future__ import annotations

import uuid

from logistics.bootstrap import Services
from logistics.domain.vocabulary import PlanMethod
from logistics.jobs.run_context import PlanBody, RunContext
from logistics.planning.progress import PlanProgress
from logistics.queries.solve_runs import run_progress
from logistics.services.improve_draft import ImproveOrder, draft_of_run, improve_draft
from logistics.services.plan_week import PlanOrder, make_plan
from logistics.services.work_out_replan import work_out_replan


def week_body(services: Services) -> PlanBody:
    """The work of a run with these parts. What it does before the end, freezing the demand, is harmless to repeat."""

    def body(run_id: uuid.UUID, network_id: uuid.UUID, context: RunContext) -> None:
        with services.database.reading(network_id) as session:
            run = run_progress(session, run_id)
            draft_id = draft_of_run(session, run_id)
        if run.method is PlanMethod.REPLANNED:
            context.report("Planning the day again", 100)
            context.finish(
                work_out_replan(
                    services.database,
                    network_id,
                    run_id,
                    roads=services.roads,
                    clock=services.clock,
                    should_stop=context.should_stop,
                )
            )
            return

        def report(at: PlanProgress) -> None:
            context.report(at.phase, at.permille, at.best_cost, at.served, at.unserved)

        if draft_id is not None:
            write = improve_draft(
                services.database,
                network_id,
                ImproveOrder(draft_id=draft_id, seconds=run.seconds, seed=run.seed),
                roads=services.roads,
                now=services.clock.now(),
                report=report,
                should_stop=context.should_stop,
            )
            context.report("Storing and checking the plan", 1000)
            context.finish(write)
            return
        made = make_plan(
            services.database,
            network_id,
            PlanOrder(
                week=run.week,
                method=run.method,
                seconds=run.seconds,
                seed=run.seed,
                threads=services.settings.solver_threads,
            ),
            roads=services.roads,
            now=services.clock.now(),
            report=report,
            should_stop=context.should_stop,
        )
        context.report("Storing and checking the plan", 1000)
        context.finish(made.write)

    return body
