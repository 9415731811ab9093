"""The desk while a day runs: re-plans and urgent orders."""
