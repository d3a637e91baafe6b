"""Forms of pages, filled in and sent as a browser without scripts does."""

from __future__ import annotations

from html.parser import HTMLParser

from multidict import MultiDict


class _Form(HTMLParser):
    """Reads the fields of the form with an action, as they stand on the page."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: MultiDict[str] = MultiDict()
        self._action, self._inside = action, False
        self._select, self._options, self._area = "", list[tuple[str, bool]](), ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action") == self._action
        if not self._inside:
            return
        if tag == "input" and "name" in given and (given.get("type") != "checkbox" or "checked" in given):
            self.fields.add(given["name"], given.get("value", ""))
        elif tag == "select":
            self._select, self._options = given["name"], []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._area, self._text = given["name"], ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected]
            self.fields.add(self._select, (chosen or [self._options[0][0]])[0])
            self._select = ""
        elif tag == "textarea" and self._area:
            self.fields.add(self._area, self._text)
            self._area = ""


def fields_of(page: str, action: str) -> MultiDict[str]:
    """Return the fields of the form with that action; fails where the page has none."""
    form = _Form(action)
    form.feed(page)
    assert form.fields, f"no form sends to {action}"
    return form.fields
