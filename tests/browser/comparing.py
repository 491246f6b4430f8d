"""Pictures of the chat's states, against those that were looked at: docs/images/states.

They are taken in a font of the repository's and at a standing clock, so one Chromium draws the same pixels
each time and on every machine. Another version smooths edges otherwise: then only what is seen from afar is
compared, the mean colours of squares, in which a thing that moved or changed its colour shows.
"""

import base64
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from tests.browser.chromium import ROOT, shell

KEPT: Final = ROOT / "docs" / "images" / "states"
VERSION: Final = KEPT / "chromium.txt"
"""Which Chromium took the pictures."""
SQUARE: Final = {True: 1, False: 16}
"""Pixels of a side, of the same Chromium and of another one."""
CHANGED: Final = 24
"""By how many of 255 a colour differs that is another one."""
MOST_CHANGED: Final = {True: 0.0005, False: 0.003}
"""The share of squares that may differ."""
SHARES: Final = """async ([pictures, side, changed]) => {
  const squares = async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (each) => each.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    const [width, height] = [Math.ceil(image.width / side), Math.ceil(image.height / side)];
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, image.width / side, image.height / side);
    return {size: `${image.width}x${image.height}`, data: context.getImageData(0, 0, width, height).data};
  };
  const shares = {};
  for (const [name, kept, taken] of pictures) {
    const [one, other] = [await squares(kept), await squares(taken)];
    let differing = 0;
    for (let at = 0; one.size === other.size && at < one.data.length; at += 4) {
      const far = [0, 1, 2].some((of) => Math.abs(one.data[at + of] - other.data[at + of]) > changed);
      differing += far ? 1 : 0;
    }
    shares[name] = one.size === other.size ? differing / (one.data.length / 4) : 1;
  }
  return shares;
}"""


def picture(page: Page) -> bytes:
    """What is seen of a page, with everything that moves at its beginning."""
    return page.screenshot(animations="disabled")


def differing(page: Page, taken: dict[str, bytes]) -> dict[str, float | str]:
    """Of pictures by name, those that do not look as they were looked at, each with the share that differs.
    `page` is one of the browser that took them."""
    missing = [name for name in taken if not kept(name).exists()]
    same = VERSION.exists() and VERSION.read_text().strip() == version(page)
    pairs = [[name, *map(_text, (kept(name).read_bytes(), taken[name]))] for name in taken.keys() - missing]
    shares: dict[str, Any] = page.evaluate(SHARES, [pairs, SQUARE[same], CHANGED])
    found = {name: share for name, share in shares.items() if share > MOST_CHANGED[same]}
    return {**dict.fromkeys(missing, "there is no picture: make pictures"), **found}


def keep(page: Page, taken: dict[str, bytes]) -> None:
    """Put pictures in the place of earlier ones."""
    KEPT.mkdir(exist_ok=True)
    for name, content in taken.items():
        kept(name).write_bytes(content)
    VERSION.write_text(f"{version(page)}\n")


def kept(name: str) -> Path:
    """Where a picture is."""
    return KEPT / f"{name}.png"


def version(page: Page) -> str:
    """Of the page's browser, with its name: with and without a window it smooths text otherwise."""
    browser = page.context.browser
    assert browser is not None
    return f"{Path(shell()).name} {browser.version}"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
