"""What axe-core finds of a page that keeps somebody out."""

from typing import Any, Final

from playwright.sync_api import Page

from tests.browser.chromium import WEB

AXE: Final = WEB / "node_modules" / "axe-core" / "axe.min.js"
CONTRAST: Final = "color-contrast"
"""The one rule that colours have a say in."""
_RUN: Final = """async ([within, rules]) => {
  const wanted = {resultTypes: ['violations'], ...(rules.length ? {runOnly: rules} : {})};
  return (await axe.run(within ? {include: [[within]]} : document, wanted)).violations;
}"""


def violations(page: Page, *rules: str, within: str | None = None) -> list[str]:
    """By rule and place, in the whole page or within a selector's element; with `rules` only those are
    looked at."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(_RUN, [within, rules])
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]
