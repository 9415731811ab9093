"""What somebody who runs a server relies on: figures, logs, reports of faults, the check before real data."""
