"""The cheapest place for one stop with the pickups it needs: bounds first, then the sequence is replayed."""

from routing.kernel.chain import AT, DELTA, KIND, LENGTH, LOOK, SLOT, USED, WORTH, Chain
from routing.kernel.compiling import NEVER, Longs, compiled
from routing.kernel.dice import roll
from routing.kernel.places import may_join
from routing.kernel.replay import FINE, TOO_FULL, TOO_OLD, no_sooner, replay
from routing.kernel.routes import gap_between, open_slot, within_hours
from routing.kernel.tables import Tables


@compiled
def find_shipment(tables: Tables, chain: Chain, stop: int, near: int, blink: float, links: Longs) -> bool:
    """As `places.find_place`; the best route's nodes are in `Chain.chosen`.

    `links` is scratch: row 0 the first column of each of the stop's pickups, row 1 the pickups to insert.
    """
    blank = chain.route.shape[0] - 1
    chain.found[SLOT], chain.found[DELTA] = -1, tables.node[stop].prize * chain.num[WORTH]
    chain.num[LOOK] += 1
    look = 2 * chain.num[LOOK]
    known = near if near > 0 else chain.num[USED]
    for source in range(known + tables.kinds):
        slot, base = blank, 0
        if source >= known:
            kind = source - known
            if chain.free[kind] == 0:
                continue
            open_slot(tables, chain, blank, kind)
            base = tables.fleet[kind].fixed_cost
        elif near > 0:
            slot = chain.stop[tables.near[stop, source]].where
            if slot < 0 or chain.route[slot].looked == look:
                continue
            chain.route[slot].looked = look
        else:
            slot = chain.route[source].used
        if may_join(tables, chain, stop, slot) < 0:
            continue
        _try_route(tables, chain, stop, slot, base, blink, links)
    return bool(chain.found[SLOT] >= 0)


@compiled
def _try_route(tables: Tables, chain: Chain, stop: int, slot: int, base: int, blink: float, links: Longs) -> None:
    """All columns for the stop, each with the pickups that are not visited before it."""
    length, kind = chain.route[slot].length, chain.route[slot].kind
    if tables.has_wishes:
        base += tables.wish[stop, kind]
    first, wanted = tables.node[stop].need_from, 0
    for need in range(first, tables.node[stop].need_to):
        if tables.need[need].pickup < 0:
            continue
        links[0, wanted] = length + 1
        links[2, wanted] = tables.stops + tables.need[need].pickup
        for column in range(length, 0, -1):
            if chain.at[slot, column].node == links[2, wanted]:
                links[0, wanted] = column
        wanted += 1
    low = int(chain.route[slot].fixed) + 1
    fixed, tight, fits = low, False, False
    while low <= length + 1:
        high, chain_length = length + 1, 0
        for which in range(wanted):
            if links[0, which] >= low:
                high = min(high, int(links[0, which]))
                links[1, chain_length] = links[2, which]
                chain_length += 1
        if chain_length == 0:
            for column in range(low, length + 2):
                code = _try_stop(tables, chain, stop, slot, base, column, blink)
                tight = tight or code in (TOO_FULL, TOO_OLD)
                fits = fits or code == FINE
            break
        if length + chain_length + 3 <= chain.at.shape[1]:
            _try_chain(tables, chain, stop, slot, base, (fixed, low, high, chain_length), blink, links)
        low = high + 1
    if tight and not fits and wanted and length + wanted + 3 <= chain.at.shape[1]:  # come back for more
        for which in range(wanted):
            links[1, which] = links[2, which]
        _try_chain(tables, chain, stop, slot, base, (low, low, length + 1, wanted), blink, links)


@compiled
def _try_stop(tables: Tables, chain: Chain, stop: int, slot: int, base: int, column: int, blink: float) -> int:
    """The stop alone at this column; a replay's code, -1 when it was not worth a replay."""
    kind, length = chain.route[slot].kind, chain.route[slot].length
    metres, seconds = tables.fleet[kind].dist, tables.fleet[kind].time
    place = tables.node[stop].place
    here, there = chain.at[slot, column - 1].place, chain.at[slot, column].place
    added = int(tables.dist[metres, here, place])
    if there >= 0:
        added += tables.dist[metres, place, there] - tables.dist[metres, here, there]
    if base + tables.fleet[kind].per_m * added >= chain.found[DELTA]:
        return -1
    before = chain.at[slot, column - 1].node if column > 1 else -1
    start = no_sooner(tables, stop, chain.at[slot, column - 1].leave + gap_between(tables, seconds, here, before, stop))
    if start >= NEVER or start + tables.node[stop].service + _after(tables, chain, slot, column, stop) > (
        chain.at[slot, column].latest
    ):
        return -1
    if roll(chain.dice) < blink:
        return -1
    for k in range(1, column):
        chain.line[k - 1].candidate = chain.at[slot, k].node
    chain.line[column - 1].candidate = stop
    for k in range(column, length + 1):
        chain.line[k].candidate = chain.at[slot, k].node
    return _price(tables, chain, slot, base, length + 1)


@compiled
def _after(tables: Tables, chain: Chain, slot: int, column: int, node: int) -> int:
    """Seconds from leaving the node to the start of service at the column."""
    layer = tables.fleet[chain.route[slot].kind].time
    if column <= chain.route[slot].length:
        return gap_between(tables, layer, tables.node[node].place, node, chain.at[slot, column].node)
    end = chain.at[slot, column].place
    return int(tables.time[layer, tables.node[node].place, end]) if end >= 0 else 0


@compiled
def _try_chain(
    tables: Tables, chain: Chain, stop: int, slot: int, base: int,
    span: tuple[int, int, int, int], blink: float, links: Longs,
) -> None:  # fmt: skip
    """The pickups in a row from column `span[0]` on, the stop at columns `span[1]` to `span[2]`, not before them."""
    fixed, low, high, count = span
    kind = chain.route[slot].kind
    metres, seconds = tables.fleet[kind].dist, tables.fleet[kind].time
    place, first, last = tables.node[stop].place, tables.node[links[1, 0]].place, tables.node[links[1, count - 1]].place
    inner = 0
    for which in range(1, count):
        inner += tables.dist[metres, tables.node[links[1, which - 1]].place, tables.node[links[1, which]].place]
    moved = _gain(tables, chain, slot, links[1, 0]) if count == 1 else 0
    for loading in range(fixed, high + 1):
        here, there = chain.at[slot, loading - 1].place, chain.at[slot, loading].place
        way = tables.dist[metres, here, first] + inner
        apart = way
        if there >= 0:
            apart += tables.dist[metres, last, there] - tables.dist[metres, here, there]
        before = chain.at[slot, loading - 1].node if loading > 1 else -1
        now = int(chain.at[slot, loading - 1].leave)
        place_before = here
        for which in range(count):
            now = no_sooner(tables, links[1, which], now + gap_between(
                tables, seconds, place_before, before, links[1, which]))  # fmt: skip
            if now >= NEVER:
                break
            now += tables.node[links[1, which]].service
            before = links[1, which]
            place_before = tables.node[before].place
        if now >= NEVER:
            continue
        for column in range(loading, high + 1):
            if column > loading:  # one visit further on
                node = chain.at[slot, column - 1].node
                now = no_sooner(tables, node, now + gap_between(tables, seconds, place_before, before, node))
                if now > chain.at[slot, column - 1].latest:
                    break
                now += tables.node[node].service
                before, place_before = node, tables.node[node].place
            if column < low:
                continue
            follow = chain.at[slot, column].place
            added = way + tables.dist[metres, last, place] if column == loading else (
                apart + tables.dist[metres, place_before, place])  # fmt: skip
            if follow >= 0:
                added += (
                    tables.dist[metres, place, follow]
                    - tables.dist[metres, place_before, follow] * (column > loading)
                    - tables.dist[metres, here, follow] * (column == loading)
                )
            if base + tables.fleet[kind].per_m * (added - moved) >= chain.found[DELTA]:
                continue
            start = no_sooner(tables, stop, now + gap_between(tables, seconds, place_before, before, stop))
            if start >= NEVER or start + tables.node[stop].service + _after(tables, chain, slot, column, stop) > (
                chain.at[slot, column].latest
            ):
                continue
            if roll(chain.dice) < blink:
                continue
            if base + tables.fleet[kind].per_m * added < chain.found[DELTA]:
                _lay_out(chain, stop, slot, loading, column, count, links, -1)
                _price(tables, chain, slot, base, chain.route[slot].length + count + 1)
            if moved != 0:
                _lay_out(chain, stop, slot, loading, column, count, links, links[1, 0])
                _price(tables, chain, slot, base, chain.route[slot].length + count)


@compiled
def _gain(tables: Tables, chain: Chain, slot: int, pickup: int) -> int:
    """Metres spared when the route's first visit of the pickup behind its fixed part is left out; 0: none."""
    metres = tables.fleet[chain.route[slot].kind].dist
    for column in range(chain.route[slot].fixed + 1, chain.route[slot].length + 1):
        if chain.at[slot, column].node == pickup:
            here, at, there = (
                chain.at[slot, column - 1].place,
                tables.node[pickup].place,
                chain.at[slot, column + 1].place,
            )
            spared = int(tables.dist[metres, here, at])
            if there >= 0:
                spared += tables.dist[metres, at, there] - tables.dist[metres, here, there]
            return max(spared, 1)
    return 0


@compiled
def _lay_out(
    chain: Chain, stop: int, slot: int, loading: int, column: int, count: int, links: Longs, without: int
) -> None:
    """The candidate: the route with the pickups and the stop in place, and not its first later visit of `without`."""
    at, skipped = 0, without < 0
    for k in range(1, chain.route[slot].length + 2):
        if k == loading:
            for which in range(count):
                chain.line[at].candidate = links[1, which]
                at += 1
        if k == column:
            chain.line[at].candidate = stop
            at += 1
        if k <= chain.route[slot].length:
            node = chain.at[slot, k].node
            if not skipped and node == without and k > chain.route[slot].fixed:
                skipped = True
                continue
            chain.line[at].candidate = node
            at += 1


@compiled
def _price(tables: Tables, chain: Chain, slot: int, base: int, length: int) -> int:
    """Replay the candidate, and keep it when it is the cheapest so far."""
    kind = chain.route[slot].kind
    code, metres, seconds = replay(tables, chain, kind, length)
    if code != FINE:
        return code
    longer = seconds - chain.route[slot].seconds
    if not within_hours(tables, chain, kind, longer):
        return -1
    cost = base + tables.fleet[kind].per_m * (metres - chain.route[slot].metres) + tables.fleet[kind].per_s * longer
    if cost < chain.found[DELTA]:
        chain.found[SLOT], chain.found[AT], chain.found[DELTA] = slot, 0, cost
        chain.found[KIND], chain.found[LENGTH] = kind, length
        for k in range(length):
            chain.line[k].chosen = chain.line[k].candidate
    return FINE
