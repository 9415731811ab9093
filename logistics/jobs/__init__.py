"""Planning as durable jobs on DBOS: the planner that pages submit to, and the worker that plans."""
