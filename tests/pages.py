"""What every page of ours must be, checked on every page that a test fetches.

`read_page` parses strictly and raises with the list of faults; `faults` gives the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

REFERENCES = ("for", "aria-describedby", "aria-labelledby", "form")
CONTROLS = ("input", "textarea", "select")


class Page:
    """A page that passed the checks. `tree` is its root element, names without a namespace."""

    def __init__(self, html: str, tree: Element):
        self.html = html
        self.tree = tree

    @property
    def title(self) -> str:
        return text_of(self.tree.find("head/title"))

    @property
    def text(self) -> str:
        """What is read in the body, blanks folded."""
        return text_of(self.tree.find("body"))

    def all(self, path: str) -> list[Element]:
        return self.tree.findall(path)

    def by_id(self, name: str) -> Element:
        return next(element for element in self.tree.iter() if element.get("id") == name)

    def named(self, name: str) -> list[Element]:
        """The controls with this name."""
        return [
            element
            for element in self.tree.iter()
            if element.tag in (*CONTROLS, "button") and element.get("name") == name
        ]

    def value(self, name: str) -> str:
        """The value of the one control with this name."""
        (control,) = self.named(name)
        return text_of(control) if control.tag == "textarea" else control.get("value", "")

    def checked(self, name: str) -> list[str]:
        """The values chosen under this name."""
        return [control.get("value", "") for control in self.named(name) if "checked" in control.attrib]

    def of_class(self, name: str) -> list[Element]:
        return [element for element in self.tree.iter() if name in element.get("class", "").split()]


def read_page(html: str) -> Page:
    """The page; AssertionError with every fault if it has any."""
    found = faults(html)
    assert not found, "The page has faults:\n" + "\n".join(found)
    return Page(html, _parse(html))


def faults(html: str) -> list[str]:
    """One sentence per fault."""
    try:
        tree = _parse(html)
    except ParseError as error:
        return [f"it is no valid HTML5: {error}"]
    return [*_frame(html, tree), *_references(tree), *_controls(tree), *_inline(tree), *_words(tree)]


def text_of(element: Element | None) -> str:
    """The text in an element, blanks folded."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _parse(html: str) -> Element:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(html)


def _frame(html: str, tree: Element) -> Iterator[str]:
    if not html.lower().startswith("<!doctype html>"):
        yield "it does not begin with <!DOCTYPE html>"
    if not tree.get("lang"):
        yield "<html> has no lang"
    if len(tree.findall("head/title")) != 1 or not text_of(tree.find("head/title")):
        yield "it has no title, or several"
    if len(tree.findall(".//h1")) != 1:
        yield "it has not exactly one h1"
    if len(tree.findall(".//main")) != 1:
        yield "it has not exactly one main"
    viewport = [meta.get("content", "") for meta in tree.iter("meta") if meta.get("name") == "viewport"]
    if len(viewport) != 1 or "maximum-scale" in viewport[0] or "user-scalable" in viewport[0]:
        yield "it has no viewport, or one that forbids zoom"


def _references(tree: Element) -> Iterator[str]:
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id") is not None)
    for name, number in ids.items():
        if number > 1:
            yield f"id {name} stands {number} times"
    for element in tree.iter():
        wanted = [name for key in REFERENCES for name in element.get(key, "").split()]
        if element.tag == "a" and element.get("href", "").startswith("#"):
            wanted.append(element.get("href", "")[1:])
        for name in wanted:
            if name not in ids:
                yield f"<{element.tag}> refers to id {name}, which is not there"


def _controls(tree: Element) -> Iterator[str]:
    parents = {child: parent for parent in tree.iter() for child in parent}
    labelled = {label.get("for") for label in tree.iter("label") if label.get("for") and text_of(label)}
    groups = Counter(
        control.get("name") for control in tree.iter("input") if control.get("type") in ("radio", "checkbox")
    )

    def above(element: Element) -> Iterator[Element]:
        while element in parents:
            element = parents[element]
            yield element

    for control in (element for element in tree.iter() if element.tag in CONTROLS):
        if control.get("type") == "hidden":
            continue
        name = control.get("name")
        in_label = any(one.tag == "label" and text_of(one) for one in above(control))
        if not (in_label or control.get("id") in labelled or control.get("aria-label")):
            yield f"<{control.tag} name={name}> has no label"
        if groups[name] > 1 and not any(
            one.tag == "fieldset" and text_of(one.find("legend")) for one in above(control)
        ):
            yield f"the group {name} has no fieldset with a legend"
    for form in tree.iter("form"):
        if form.get("method") not in ("get", "post"):
            yield "a form does not say its method"
    for element in tree.iter():
        if element.tag in ("a", "button") and not (text_of(element) or element.get("aria-label")):
            yield f"<{element.tag}> says nothing"
        if element.tag == "img" and element.get("alt") is None:
            yield "a picture has no alt"


def _inline(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        if element.tag == "style" or element.get("style") is not None:
            yield f"<{element.tag}> carries style in the page"
        if element.tag == "script" and not element.get("src"):
            yield "a script stands in the page"
        if any(key.startswith("on") for key in element.attrib):
            yield f"<{element.tag}> carries script in an attribute"
        for key in ("src", "href", "action"):
            address = element.get(key, "")
            if element.tag != "a" and (address.startswith("//") or "://" in address):
                yield f"<{element.tag}> leads to another host: {address}"


def _words(tree: Element) -> Iterator[str]:
    seen = text_of(tree)
    for sign in ("{{", "{%", "%(", "&lt;", "&amp;"):
        if sign in seen:
            yield f"a person would read `{sign}`"
    for element in tree.iter():
        # A label may well be "None"; a paragraph or heading never is.
        if element.tag in ("p", "h1", "h2", "legend", "title") and text_of(element) == "None":
            yield f"<{element.tag}> says None"
