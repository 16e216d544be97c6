"""What a person calls the browser that says who it is in a long line."""

from __future__ import annotations

# The first that stands in the line: each that comes later is also named by those before it.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(line: str) -> str:
    """Such as `Firefox, Windows`; the line's beginning where it names none that we know, empty for an empty one."""
    browser = next((name for sign, name in BROWSERS if sign in line), "")
    system = next((name for sign, name in SYSTEMS if sign in line), "")
    return ", ".join(one for one in (browser, system) if one) or line[:60]
