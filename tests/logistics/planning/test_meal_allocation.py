"""Which donated portions are meant for whom: safe first, then most people, then fair, then near."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.domain.food import FoodNeeds, why_unsafe
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet, Product, TemperatureClass
from logistics.planning.day_plan import DaySetting
from logistics.planning.meal_allocation import MealAllocation, allocate_meals
from tests.logistics.planning.worlds import World, dish

MILK = frozenset({Allergen.MILK})
VEGAN = frozenset({Diet.VEGAN})
CONTAINS, NONE, UNDECLARED = AllergenDeclaration

type Shares = Mapping[str, Mapping[str, int]]


def allot(
    setting: DaySetting, forbidden: frozenset[tuple[uuid.UUID, str]] = frozenset(), previous: Shares | None = None
) -> MealAllocation:
    """The day's meals."""
    return allocate_meals(
        setting.week_input, setting.lines, setting.sources, setting.reach, forbidden=forbidden, previous=previous
    )


def given_to(setting: DaySetting, allocation: MealAllocation) -> dict[str, Counter[str]]:
    """Household ref -> dish -> portions."""
    week = setting.week_input
    dishes = {batch.id: batch.dish for slot in week.slots for batch in slot.batches}
    given: dict[str, Counter[str]] = {}
    for item in allocation.allotted:
        assert item.batch_id is not None
        ref = week.households[item.line.household_id].ref
        given.setdefault(ref, Counter())[dishes[item.batch_id]] += item.quantity
    return given


def lunch(**households: FoodNeeds) -> World:
    """A driver, and each of these with an order for one hot meal."""
    world = World()
    world.driver("V1")
    for ref, needs in households.items():
        world.order(world.household(ref, needs=needs))
    return world


needs = st.builds(
    FoodNeeds,
    diets=st.frozensets(st.sampled_from([Diet.VEGAN, Diet.HALAL]), max_size=1),
    allergens=st.sampled_from([frozenset(), frozenset(), MILK]),
    texture_iddsi=st.sampled_from([None, None, 5]),
    unmapped=st.integers(0, 9).map(lambda n: n == 0),
)
dishes = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from([frozenset(), VEGAN, frozenset({Diet.HALAL})]),
        st.sampled_from(AllergenDeclaration),
        st.sampled_from([None, None, 5]),
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def days(draw: st.DrawFn) -> World:
    """Two or three slots, up to six orders, one driver."""
    world = World()
    world.driver("V1")
    for slot in range(draw(st.integers(1, 3))):
        batches = [
            dish(
                f"dish {slot}.{number}",
                portions,
                diets=diets,
                declaration=declaration,
                allergens=MILK if declaration is CONTAINS else frozenset(),
                texture_iddsi=texture,
            )
            for number, (portions, diets, declaration, texture) in enumerate(draw(dishes))
        ]
        world.slot(
            *batches,
            at=draw(st.integers(0, 20)),
            temperature=draw(st.sampled_from([TemperatureClass.HOT, TemperatureClass.CHILLED])),
        )
    for number in range(draw(st.integers(1, 6))):
        household = world.household(
            f"H{number}", draw(st.integers(0, 20)), needs=draw(needs), was_missed=draw(st.booleans())
        )
        product = draw(st.sampled_from([Product.HOT_MEAL, Product.CHILLED_MEAL]))
        world.order(household, product, draw(st.integers(1, 3)))
    return world


@settings(max_examples=60, deadline=None)
@given(world=days(), data=st.data())
def test_every_sharing_is_safe_within_what_there_is_and_from_one_slot(world: World, data: st.DataObject) -> None:
    """Nothing unsafe, no batch overdrawn, nobody gets more than asked, one slot an order, nothing forbidden."""
    setting = world.day()
    pairs = [(line.order_id, source.id) for line in setting.lines for source in setting.sources]
    forbidden = data.draw(st.frozensets(st.sampled_from(pairs), max_size=3))
    allocation = allot(setting, forbidden)
    batches = {batch.id: (source, batch) for source in setting.sources if source.slot for batch in source.slot.batches}
    taken: Counter[uuid.UUID] = Counter()
    given: Counter[uuid.UUID] = Counter()
    slots: dict[uuid.UUID, set[str]] = {}
    for item in allocation.allotted:
        assert item.batch_id is not None
        source, batch = batches[item.batch_id]
        eater = setting.week_input.households[item.line.household_id]
        assert why_unsafe(eater.needs, batch.declared, item.line.product, setting.day) is None
        assert (item.line.order_id, source.id) not in forbidden
        assert item.batch_id in allocation.interchangeable(item.line.order_id)
        taken[batch.id] += item.quantity
        given[item.line.order_id] += item.quantity
        slots.setdefault(item.line.order_id, set()).add(source.id)
    assert all(quantity <= batches[batch][1].portions for batch, quantity in taken.items())
    assert all(len(own) == 1 for own in slots.values())
    for line in setting.lines:
        assert given[line.order_id] + allocation.short.get(line.order_id, 0) == line.quantity


@settings(max_examples=15, deadline=None)
@given(world=days())
def test_the_same_day_is_shared_the_same_way(world: World) -> None:
    """Portion for portion."""
    assert allot(world.day()).allotted == allot(world.day()).allotted


def test_an_undeclared_dish_goes_to_nobody_with_an_allergy() -> None:
    """Unknown is never "none": the meal goes to who eats everything, and the other is short."""
    world = lunch(H1=FoodNeeds(allergens=MILK), H2=FoodNeeds())
    world.slot(dish("pie", 5, declaration=UNDECLARED))
    setting = world.day()
    assert given_to(setting, allot(setting)) == {"H2": {"pie": 1}}


def test_food_for_few_is_kept_for_those_few() -> None:
    """One vegan dish, one other: both are fed only if the vegan gets the vegan one, and that is also the cheaper way."""
    world = lunch(H1=FoodNeeds(), H2=FoodNeeds(diets=VEGAN))
    world.slot(dish("dal", 2, diets=VEGAN), dish("pie", 2))
    setting = world.day()
    assert given_to(setting, allot(setting)) == {"H1": {"pie": 1}, "H2": {"dal": 1}}


def test_who_was_missed_last_week_goes_first() -> None:
    """One portion, two who want it."""
    world = lunch(H1=FoodNeeds(), H2=FoodNeeds())
    world.order(world.household("H3", 50, was_missed=True))
    world.slot(dish("pie", 1))
    setting = world.day()
    assert given_to(setting, allot(setting)) == {"H3": {"pie": 1}}


def test_more_people_count_before_who_was_missed() -> None:
    """The one who was missed can eat both dishes, so the other one decides which."""
    world = World()
    world.driver("V1")
    world.order(world.household("H1", was_missed=True))
    world.order(world.household("H2", needs=FoodNeeds(diets=VEGAN)))
    world.slot(dish("dal", 1, diets=VEGAN), dish("pie", 1))
    setting = world.day()
    assert given_to(setting, allot(setting)) == {"H1": {"pie": 1}, "H2": {"dal": 1}}


def test_of_equal_dishes_the_nearer_slot_is_taken() -> None:
    """Two slots with the same dish at both ends of the street."""
    world = World()
    world.driver("V1")
    world.order(world.household("H1", at=30))
    world.slot(dish("far pie", 1), at=0)
    world.slot(dish("near pie", 1), at=29)
    setting = world.day()
    assert given_to(setting, allot(setting)) == {"H1": {"near pie": 1}}


def test_a_meal_is_not_split_over_two_donors() -> None:
    """Two slots with a portion each, an order for two: one visit to one donor, one portion short."""
    world = World()
    world.driver("V1")
    order = world.order(world.household("H1"), quantity=2)
    world.slot(dish("pie", 1))
    world.slot(dish("dal", 1))
    allocation = allot(world.day())
    assert allocation.short == {order: 1}


def test_a_forbidden_pair_gives_its_portion_to_another() -> None:
    """What routing could not bring to one household goes to the next; nobody else's portions move."""
    world = lunch(H1=FoodNeeds(), H2=FoodNeeds(), H3=FoodNeeds())
    world.slot(dish("pie", 1), dish("dal", 1))
    setting = world.day()
    first = allot(setting)
    fed = {item.line.order_id: item.batch_id for item in first.allotted}
    dropped = min(fed, key=str)
    (kept,) = set(fed) - {dropped}
    again = allot(setting, frozenset({(dropped, setting.sources[0].id)}), first.shares)
    now_fed = {item.line.order_id: item.batch_id for item in again.allotted}
    assert dropped not in now_fed
    assert now_fed[kept] == fed[kept]
    assert len(now_fed) == 2


def test_food_that_nobody_can_bring_in_time_is_not_on_offer() -> None:
    """Ready at 11:30 and a window from 13:30: the 90 minutes are over at 13:00."""
    world = World()
    world.driver("V1")
    order = world.order(world.household("H1"), window=("13:30", "14:30"))
    world.slot(dish("pie", 1))
    allocation = allot(world.day())
    assert allocation.safe[order]
    assert not allocation.offered[order]
    assert allocation.short == {order: 1}


def test_who_needs_nothing_special_gets_the_plain_dish() -> None:
    """Though the vegan one is a little nearer: it stays for a vegan who may still ask."""
    world = lunch(H1=FoodNeeds())
    world.slot(dish("dal", 1, diets=VEGAN), at=0)
    world.slot(dish("pie", 1), at=3)
    setting = world.day()
    assert given_to(setting, allot(setting)) == {"H1": {"pie": 1}}


def test_portions_stay_where_they_were_when_nobody_gains() -> None:
    """The plain dish went to one and the vegan one to the other: the same again, also with the two changed over."""
    world = lunch(H1=FoodNeeds(), H2=FoodNeeds())
    world.slot(dish("dal", 1, diets=VEGAN), dish("pie", 1))
    setting = world.day()
    first = allot(setting).shares
    (one, his), (other, hers) = first.items()
    changed = {one: dict(hers), other: dict(his)}
    assert allot(setting, previous=first).shares == first
    assert allot(setting, previous=changed).shares == changed
