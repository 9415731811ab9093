"""`routing.timing` once more, compiled: loads, ride clocks and the least duration of the sequence in `Chain.candidate`.

Positions count from 0 here. The rules and the order of the steps are those of `routing.timing`, where they are told.
"""

from routing.kernel.chain import Chain
from routing.kernel.compiling import NEVER, compiled
from routing.kernel.tables import Tables
from routing.matrix import UNREACHABLE

FINE, TOO_FULL, TOO_OLD, TOO_LATE = range(4)
"""What a replay ends with: the sequence holds; a capacity, a ride clock, or a window, limit or order breaks."""


@compiled
def no_later(tables: Tables, node: int, limit_s: int) -> int:
    """The latest second inside a window of the node that is not after limit_s; below all: before the first."""
    for window in range(tables.node[node].window_to - 1, tables.node[node].window_from - 1, -1):
        if tables.window[window].a <= limit_s:
            return min(int(tables.window[window].b), limit_s)
    return int(tables.window[tables.node[node].window_from].a) - 1


@compiled
def no_sooner(tables: Tables, node: int, from_s: int) -> int:
    """The first second inside a window of the node that is not before from_s; NEVER when there is none."""
    for window in range(tables.node[node].window_from, tables.node[node].window_to):
        if from_s <= tables.window[window].b:
            return max(int(tables.window[window].a), from_s)
    return NEVER


@compiled
def supply_and_load(tables: Tables, chain: Chain, kind: int, length: int) -> tuple[int, int]:
    """Whether order and load hold, and how many ride clocks were written to `Chain.lags`."""
    flow, source, count = chain.flow, chain.source, 0
    for position in range(length + 1):
        for dim in range(tables.dims):
            flow[position, dim] = 0
    for pickup in range(tables.pickups):
        source[pickup] = -1
    for position in range(length):
        node = chain.line[position].candidate
        if node >= tables.stops:
            source[node - tables.stops] = position
            continue
        for need in range(tables.node[node].need_from, tables.node[node].need_to):
            pickup = tables.need[need].pickup
            loading = -1
            if pickup >= 0:
                loading = source[pickup]
                if loading < 0:
                    return TOO_LATE, 0
                if tables.need[need].lag >= 0:
                    chain.lags[count, 0] = loading
                    chain.lags[count, 1] = position
                    chain.lags[count, 2] = tables.need[need].lag
                    count += 1
            for dim in range(tables.dims):
                flow[loading + 1, dim] += tables.need_load[need, dim]
                flow[position + 1, dim] -= tables.need_load[need, dim]
    for dim in range(tables.dims):
        total = 0
        for position in range(length + 1):
            total += flow[position, dim]
            if total > tables.capacity[kind, dim]:
                return TOO_FULL, 0
    return FINE, count


@compiled
def measure(tables: Tables, chain: Chain, kind: int, length: int) -> tuple[int, int, int]:
    """Write travel before and reach of each position; whether there is a way, the metres, the way home in seconds."""
    metres, seconds = tables.fleet[kind].dist, tables.fleet[kind].time
    here, building, distance, reached = int(tables.fleet[kind].start), -1, 0, 0
    for position in range(length):
        node = chain.line[position].candidate
        there = tables.node[node].place
        gap = int(tables.time[seconds, here, there])
        if gap >= UNREACHABLE:
            return TOO_LATE, 0, 0
        distance += tables.dist[metres, here, there]
        if tables.node[node].building < 0 or tables.node[node].building != building:
            gap += tables.node[node].parking
        reached += gap
        chain.line[position].gap = gap
        chain.line[position].reach = reached
        reached += tables.node[node].service
        here, building = there, tables.node[node].building
    end = tables.fleet[kind].end
    if end < 0:
        return FINE, distance, 0
    home = int(tables.time[seconds, here, end])
    if home >= UNREACHABLE:
        return TOO_LATE, 0, 0
    return FINE, distance + tables.dist[metres, here, end], home


@compiled
def forward(tables: Tables, chain: Chain, length: int, depart_s: int, last_s: int) -> int:
    """One pass into `Chain.starts`: each service as early as travel, windows and the early bounds allow."""
    now = depart_s
    for position in range(length):
        now = max(now + int(chain.line[position].gap), int(chain.line[position].early))
        now = no_sooner(tables, chain.line[position].candidate, now)
        if now >= NEVER:
            return TOO_LATE
        chain.line[position].starts = now
        now += tables.node[chain.line[position].candidate].service
    return FINE if now <= last_s else TOO_LATE


@compiled
def earliest(tables: Tables, chain: Chain, length: int, lags: int, depart_s: int, last_s: int) -> int:
    """Earliest starts under the ride clocks when the vehicle leaves no earlier than depart_s."""
    bounded = False
    for position in range(length):
        chain.line[position].early = 0
    while True:
        if forward(tables, chain, length, depart_s, last_s) != FINE:
            return TOO_OLD if bounded else TOO_LATE
        late = False
        for lag in range(lags):
            loading = chain.lags[lag, 0]
            bound = chain.line[chain.lags[lag, 1]].starts - chain.lags[lag, 2]
            if bound > chain.line[loading].starts:
                chain.line[loading].early = max(chain.line[loading].early, bound)
                late = bounded = True
        if not late:
            return FINE


@compiled
def latest_departure(tables: Tables, chain: Chain, length: int, lags: int, last_s: int) -> int:
    """The latest departure when the last service ends by last_s."""
    for position in range(length):
        chain.line[position].late = NEVER
    while True:
        leave = last_s
        for position in range(length - 1, -1, -1):
            node = chain.line[position].candidate
            limit = min(leave - int(tables.node[node].service), int(chain.line[position].late))
            chain.line[position].latest = no_later(tables, node, limit)
            leave = int(chain.line[position].latest - chain.line[position].gap)
        over = False
        for lag in range(lags):
            serving = chain.lags[lag, 1]
            bound = chain.line[chain.lags[lag, 0]].latest + chain.lags[lag, 2]
            if chain.line[serving].latest > bound:
                chain.line[serving].late = min(chain.line[serving].late, bound)
                over = True
        if not over:
            return leave


@compiled
def next_window(tables: Tables, chain: Chain, length: int) -> int:
    """The least delay after which some service would fall into its next window; NEVER when there is none."""
    step = NEVER
    for position in range(length):
        node = chain.line[position].candidate
        for window in range(tables.node[node].window_from, tables.node[node].window_to - 1):
            if tables.window[window].b >= chain.line[position].starts:
                step = min(step, int(tables.window[window].b - chain.line[position].starts) + 1)
                break
    return step


@compiled
def least_duration(tables: Tables, chain: Chain, kind: int, length: int, lags: int, home_s: int) -> tuple[int, int]:
    """Whether the sequence can be on time, and the least seconds from leaving the start to its end."""
    last_s = int(tables.fleet[kind].b) - home_s
    code = earliest(tables, chain, length, lags, int(tables.fleet[kind].a), last_s)
    if code != FINE:
        return code, 0
    if length == 0:
        return FINE, home_s
    best = NEVER
    while True:
        end = int(chain.line[length - 1].starts + tables.node[chain.line[length - 1].candidate].service)
        depart = latest_departure(tables, chain, length, lags, end)
        best = min(best, end + home_s - depart)
        if not tables.has_multi or earliest(tables, chain, length, lags, depart, last_s) != FINE:
            return FINE, best
        step = next_window(tables, chain, length)
        if step >= NEVER or earliest(tables, chain, length, lags, depart + step, last_s) != FINE:
            return FINE, best


@compiled
def replay(tables: Tables, chain: Chain, kind: int, length: int) -> tuple[int, int, int]:
    """What `Chain.candidate` comes to on a vehicle of this kind: a code from FINE on, its metres, its seconds."""
    code, lags = supply_and_load(tables, chain, kind, length)
    if code != FINE:
        return code, 0, 0
    code, metres, home_s = measure(tables, chain, kind, length)
    if code != FINE or metres > tables.fleet[kind].max_distance:
        return TOO_LATE, 0, 0
    for lag in range(lags):
        ride = chain.line[chain.lags[lag, 1]].reach - chain.line[chain.lags[lag, 0]].reach
        if ride > chain.lags[lag, 2]:
            return TOO_OLD, 0, 0
    code, seconds = least_duration(tables, chain, kind, length, lags, home_s)
    if code == FINE and seconds > tables.fleet[kind].max_duration:
        code = TOO_LATE
    return code, metres, seconds
