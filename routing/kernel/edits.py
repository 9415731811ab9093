"""Edits of one iteration that can be taken back: a route's former state is kept when it is first touched."""

from routing.kernel.chain import AT, KIND, LENGTH, ROUND, SLOT, SPARE, TOUCHED, USED, Chain
from routing.kernel.compiling import Longs, compiled
from routing.kernel.routes import add_stop, become, close_slot, count_route, drop_stop, open_slot, refresh, take_slot
from routing.kernel.tables import Tables


@compiled
def keep(chain: Chain, slot: int) -> None:
    """Remember the slot's route as it was before this iteration."""
    if chain.route[slot].kept == chain.num[ROUND]:
        return
    chain.route[slot].kept = chain.num[ROUND]
    chain.route[chain.num[TOUCHED]].touched = slot
    chain.num[TOUCHED] += 1
    chain.route[slot].kept_kind = chain.route[slot].kind
    chain.route[slot].kept_length = chain.route[slot].length
    for column in range(1, chain.route[slot].length + 1):
        chain.kept_seq[slot, column] = chain.at[slot, column].node


@compiled
def new_route(tables: Tables, chain: Chain, kind: int) -> int:
    """Open a route of that kind and book it, without cost as yet; its slot."""
    chain.num[SPARE] -= 1
    slot = int(chain.route[chain.num[SPARE]].spare)
    keep(chain, slot)
    open_slot(tables, chain, slot, kind)
    take_slot(chain, slot, kind)
    return slot


@compiled
def put(tables: Tables, chain: Chain, stop: int) -> bool:
    """Carry out what `Chain.found` says; False, and nothing changed, when the route does not hold after all."""
    slot, fresh = int(chain.found[SLOT]), False
    if slot == chain.route.shape[0] - 1:
        slot, fresh = new_route(tables, chain, chain.found[KIND]), True
    else:
        keep(chain, slot)
        count_route(tables, chain, slot, -1)
    old, former = chain.route[slot].length, int(chain.route[slot].kind)
    if not fresh and chain.found[KIND] != former:
        become(chain, slot, int(chain.found[KIND]))
    if tables.replayed:
        chain.route[slot].length = chain.found[LENGTH]
        for column in range(chain.found[LENGTH]):
            chain.at[slot, column + 1].node = chain.line[column].chosen
    else:
        for column in range(old, chain.found[AT] - 1, -1):
            chain.at[slot, column + 1].node = chain.at[slot, column].node
        chain.at[slot, chain.found[AT]].node = stop
        chain.route[slot].length = old + 1
    if refresh(tables, chain, slot):
        count_route(tables, chain, slot, 1)
        add_stop(tables, chain, stop, slot)
        return True
    if fresh:
        close_slot(chain, slot)
        return False
    if not tables.replayed:
        for column in range(chain.found[AT], old + 1):
            chain.at[slot, column].node = chain.at[slot, column + 1].node
    chain.route[slot].length = old
    if chain.route[slot].kind != former:
        become(chain, slot, former)
    refresh(tables, chain, slot)
    count_route(tables, chain, slot, 1)
    return False


@compiled
def take_out(tables: Tables, chain: Chain, slot: int) -> bool:
    """Close ranks after the route's stops marked with `where` -2 went; False, and as before, when the rest fails."""
    fixed, length, kept = chain.route[slot].fixed, chain.route[slot].length, 0
    for column in range(1, length + 1):
        node = chain.at[slot, column].node
        if node < tables.stops and chain.stop[node].where == -2:
            continue
        kept += 1
        chain.at[slot, kept].node = node
    if tables.replayed:
        kept = tidy(tables, chain, slot, kept)
    count_route(tables, chain, slot, -1)
    chain.route[slot].length = kept
    good = kept == 0 or refresh(tables, chain, slot)
    if not good:
        restore_row(chain, slot)
        refresh(tables, chain, slot)
    for column in range(1, chain.route[slot].kept_length + 1):
        node = chain.kept_seq[slot, column]
        if node < tables.stops and chain.stop[node].where == -2:
            if good:
                drop_stop(tables, chain, node)
            else:
                chain.stop[node].where = slot
    if kept == 0 and fixed == 0:
        close_slot(chain, slot)
    else:
        count_route(tables, chain, slot, 1)
    return good


@compiled
def tidy(tables: Tables, chain: Chain, slot: int, length: int) -> int:
    """Leave out, behind the fixed part, the pickups that supply nothing; the length that is left."""
    source, kept = chain.source, int(chain.route[slot].fixed)
    for pickup in range(tables.pickups):
        source[pickup] = 0
    for column in range(length, 0, -1):
        node = chain.at[slot, column].node
        if node < tables.stops:
            for need in range(tables.node[node].need_from, tables.node[node].need_to):
                if tables.need[need].pickup >= 0:
                    source[tables.need[need].pickup] = 1
        elif source[node - tables.stops] == 0 and column > chain.route[slot].fixed:
            chain.at[slot, column].node = -1
        else:
            source[node - tables.stops] = 0
    for column in range(chain.route[slot].fixed + 1, length + 1):
        if chain.at[slot, column].node >= 0:
            kept += 1
            chain.at[slot, kept].node = chain.at[slot, column].node
    return kept


@compiled
def restore_row(chain: Chain, slot: int) -> None:
    """The sequence that was kept."""
    chain.route[slot].length = chain.route[slot].kept_length
    for column in range(1, chain.route[slot].kept_length + 1):
        chain.at[slot, column].node = chain.kept_seq[slot, column]


@compiled
def undo(tables: Tables, chain: Chain) -> None:
    """Take back all that this iteration changed."""
    for index in range(chain.num[TOUCHED]):
        slot = chain.route[index].touched
        if chain.route[slot].kind < 0:
            continue
        for column in range(1, chain.route[slot].length + 1):
            if chain.at[slot, column].node < tables.stops:
                drop_stop(tables, chain, chain.at[slot, column].node)
        count_route(tables, chain, slot, -1)
        if chain.route[slot].kept_kind < 0 or chain.route[slot].fixed == 0:
            close_slot(chain, slot)
    for index in range(chain.num[TOUCHED]):
        former = chain.route[index].touched
        kind = chain.route[former].kept_kind
        if kind < 0:
            continue
        slot = former
        if chain.route[slot].kind < 0 or chain.route[slot].fixed == 0:
            chain.num[SPARE] -= 1
            slot = int(chain.route[chain.num[SPARE]].spare)
            open_slot(tables, chain, slot, kind)
            take_slot(chain, slot, kind)
        chain.route[slot].length = chain.route[former].kept_length
        for column in range(1, chain.route[former].kept_length + 1):
            chain.at[slot, column].node = chain.kept_seq[former, column]
        refresh(tables, chain, slot)
        count_route(tables, chain, slot, 1)
        for column in range(1, chain.route[slot].length + 1):
            if chain.at[slot, column].node < tables.stops:
                add_stop(tables, chain, chain.at[slot, column].node, slot)


@compiled
def remember_best(chain: Chain) -> None:
    """Copy the current routes as the best ones."""
    for slot in range(chain.route.shape[0]):
        chain.route[slot].best_kind = -1
    for index in range(chain.num[USED]):
        slot = chain.route[index].used
        chain.route[slot].best_kind = chain.route[slot].kind
        chain.route[slot].best_length = chain.route[slot].length
        for column in range(1, chain.route[slot].length + 1):
            chain.best_seq[slot, column] = chain.at[slot, column].node


@compiled
def load_route(tables: Tables, chain: Chain, kind: int, nodes: Longs, fixed: int) -> int:
    """Open a route with these nodes; its slot, -1 when it does not hold."""
    slot = new_route(tables, chain, kind)
    for index in range(len(nodes)):
        chain.at[slot, index + 1].node = nodes[index]
    chain.route[slot].length = len(nodes)
    if not refresh(tables, chain, slot):
        close_slot(chain, slot)
        return -1
    chain.route[slot].fixed = fixed
    count_route(tables, chain, slot, 1)
    for index in range(len(nodes)):
        if nodes[index] < tables.stops:
            add_stop(tables, chain, nodes[index], slot)
    return slot


@compiled
def clear_round(chain: Chain) -> None:
    """Begin a new iteration: nothing is touched."""
    chain.num[ROUND] += 1
    chain.num[TOUCHED] = 0
