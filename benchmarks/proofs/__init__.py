"""The long proofs, one module each: a module `kill_nine` holds `PROOF` and runs as `./dev prove kill-nine`."""
