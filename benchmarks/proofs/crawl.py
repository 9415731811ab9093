"""Everybody who comes, with every family of hostile text: one case each, on a copy of the demo network of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.prove import Proof
from tests.crawl.crawler import Crawl
from tests.crawl.network import DONOR_BY_LINK, DRIVER, NOBODY, WHO, open_network
from tests.crawl.payloads import PAYLOADS

FAMILIES = (*PAYLOADS, "headers")
REDUCED = (f"{DRIVER}/script", f"{DONOR_BY_LINK}/attribute", f"{NOBODY}/redirect")


def _cases(reduced: bool) -> Sequence[str]:
    return REDUCED if reduced else [f"{who}/{family}" for family in FAMILIES for who in WHO]


def _run(case: str) -> Mapping[str, Any]:
    who, _, family = case.partition("/")
    with open_network() as network:
        crawl = Crawl(network=network, who=who, thorough=case not in REDUCED)
        crawl.attack(family)
    if crawl.faults:
        raise AssertionError("; ".join(f"{what} ({how})" for what, how in list(crawl.faults.items())[:10]))
    return dict(sorted(crawl.counts.items()))


PROOF = Proof(
    claim="Hostile text in any path, query, form, file or header, sent by anybody, gives no server error, never becomes part of "
    "a page, and leads to no other host.",
    cases=_cases,
    run=_run,
)
