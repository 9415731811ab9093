"""Words of editing a plan by hand: what a dispatcher may do to a day's routes, and what became of a draft."""

from __future__ import annotations

from enum import StrEnum


class EditKind(StrEnum):
    """One thing done by hand."""

    MOVE_STOP = "move_stop"
    """A door or a hub's goods to another place, or another route, of the same day."""
    ADD_ORDER = "add_order"
    """An order that is not served gets a door on a route."""
    REMOVE_STOP = "remove_stop"
    """A door is taken off: its orders are named as unserved."""
    CHANGE_DRIVER = "change_driver"
    """Another shift drives the route; where that shift has a route already, the two change places."""
    SPLIT_ROUTE = "split_route"
    """From one stop on, the rest is another driver's."""
    PIN_STOP = "pin_stop"
    """The planner leaves this stop with this driver."""
    PIN_ROUTE = "pin_route"
    """The planner leaves this route as it is: its stops, their order, nothing more and nothing less."""
    PIN_PAIR = "pin_pair"
    """The planner leaves this household's stops of the day with this volunteer."""

    @property
    def done(self) -> str:
        """What was done, in words."""
        return _DONE[self]

    @property
    def is_pin(self) -> bool:
        """Whether it changes no route."""
        return self in (EditKind.PIN_STOP, EditKind.PIN_ROUTE, EditKind.PIN_PAIR)


_DONE = {
    EditKind.MOVE_STOP: "moved a stop",
    EditKind.ADD_ORDER: "put an order on a route",
    EditKind.REMOVE_STOP: "took a stop off",
    EditKind.CHANGE_DRIVER: "changed a driver",
    EditKind.SPLIT_ROUTE: "split a route",
    EditKind.PIN_STOP: "changed the pin of a stop",
    EditKind.PIN_ROUTE: "changed the pin of a route",
    EditKind.PIN_PAIR: "changed the pin of a pair",
}


class DraftState(StrEnum):
    """A draft of a plan: being edited, kept as a new version, or thrown away."""

    OPEN = "open"
    SAVED = "saved"
    DROPPED = "dropped"
