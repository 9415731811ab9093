"""From a week's demand, supply and shifts to a plan: pure values in, pure values out; no database, no clock."""
