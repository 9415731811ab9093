"""What a browser would make of a page: its links, its forms, and whether planted text became more than text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

MARK = "zq7x"
"""Every payload that could run or break out carries it: as a name of an element or an attribute, or inside a script."""
_URLS = frozenset({"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href"})
_TYPED = frozenset(
    {"text", "search", "email", "tel", "password", "number", "date", "time", "url", "datetime-local", ""}
)


@dataclass(slots=True, kw_only=True)
class Field:
    """One control with the value that a person who touches nothing would send."""

    name: str
    kind: str
    value: str


@dataclass(slots=True, kw_only=True)
class Form:
    """One form of a page."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    @property
    def baseline(self) -> dict[str, list[str]]:
        """What is sent when nothing was touched."""
        sent: dict[str, list[str]] = {}
        for each in self.fields:
            if each.kind not in {"file", "unticked"}:
                sent.setdefault(each.name, []).append(each.value)
        return sent

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its controls, each once."""
        return tuple(dict.fromkeys(each.name for each in self.fields))


class PageReader(HTMLParser):
    """Reads a page once. `broken_out` says how planted text became an element, an attribute, a script or an address."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.broken_out: list[str] = []
        self._form: Form | None = None
        self._script: str | None = None
        self._select: Field | None = None
        self._area: Field | None = None

    @classmethod
    def of(cls, text: str) -> PageReader:
        """The page read to its end."""
        reader = cls()
        reader.feed(text)
        reader.close()
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        values = {name: value or "" for name, value in attrs}
        self._look(tag, values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "form":
            self._form = Form(action=values.get("action", ""), method=values.get("method", "get").upper())
            self.forms.append(self._form)
        elif tag == "script":
            self._script = ""
        elif self._form is not None and values.get("name"):
            self._control(tag, values)
        elif tag == "option" and self._select is not None and ("selected" in values or self._select.kind == "empty"):
            self._select.value, self._select.kind = values.get("value", ""), "select"

    def handle_endtag(self, tag: str) -> None:
        """Leave one element."""
        if tag == "form":
            self._form = None
        elif tag == "script":
            self._script = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        """Text; inside a script it runs."""
        if self._script is not None and MARK in data and f"{MARK}(" in data and "\\u003c" not in data:
            self.broken_out.append(f"planted text in a script: {data[:80]!r}")
        if self._area is not None:
            self._area.value += data

    def _look(self, tag: str, values: dict[str, str]) -> None:
        if MARK in tag:
            self.broken_out.append(f"a planted element <{tag}>")
        for name, value in values.items():
            if MARK in name or (name.startswith("on") and MARK in value):
                self.broken_out.append(f"a planted attribute {name} of <{tag}>")
            if name in _URLS and value.strip().lower().startswith(("javascript:", "data:text", "vbscript:")):
                self.broken_out.append(f"an address that runs: {value[:60]!r}")
            if name in _URLS and _leads_away(value):
                self.broken_out.append(f"an address of somebody else: {value[:60]!r}")

    def _control(self, tag: str, values: dict[str, str]) -> None:
        assert self._form is not None
        kind = values.get("type", "").lower() if tag == "input" else tag
        control = Field(name=values["name"], kind=kind, value=values.get("value", ""))
        if tag == "select":
            control.kind, self._select = "empty", control
        elif tag == "textarea":
            self._area = control
        elif kind in ("radio", "checkbox"):
            control.kind = kind if "checked" in values else "unticked"
            control.value = control.value or "on"
        elif tag == "input" and kind not in _TYPED | {"hidden", "file"}:
            return
        self._form.fields.append(control)


def _leads_away(url: str) -> bool:
    """Whether a browser that follows it would ask the planted host; a path that holds its name leads nowhere else."""
    read = url.strip().replace("\\", "/").translate({9: None, 10: None, 13: None})
    try:
        host = urlsplit(read).hostname or ""
    except ValueError:
        return False
    return host.endswith(("evil.example", "localhost.evil.example")) or read.startswith("///")
