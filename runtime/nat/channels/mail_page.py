"""How an email looks: one template for all of them, in the brand's colours, as text and as HTML.

The template is MJML, made into tables that mail programs can show; what stands in it is escaped by jinja2,
and there is no other way to HTML in this room. Nothing is loaded from anywhere: no images, no fonts. Mail
programs that darken a page read `color-scheme` and the block for dark ones; Outlook on the web and in apps
marks its elements with `data-ogsc` instead. Gmail cuts off what is longer than 102 kB.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from nat.channels.brands import Brand

if TYPE_CHECKING:
    from jinja2 import Template

LONGEST_HTML: Final = 100_000
"""Bytes of an email's HTML."""
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML has not, and the template with it: a record may hold them, and nobody sees them."""
_ROWS: Final = 50
"""Rows of a table in an email; the rest is in the app."""


@dataclass(frozen=True)
class Button:
    """A link that the email is about. `url` is one of Nat's own pages."""

    label: str
    url: str


@dataclass(frozen=True)
class MailTable:
    """Figures in rows. Cells are text; those of the columns in `numbers` stand to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    caption: str = ""

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows that an email holds."""
        return self.rows[:_ROWS]

    @property
    def left_out(self) -> int:
        """How many rows it does not hold."""
        return max(0, len(self.rows) - _ROWS)


@dataclass(frozen=True)
class MailFile:
    """A file that goes along."""

    name: str
    text: str
    content_type: str = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class MailContent:
    """What an email says, in any brand. `reason` is why the person gets it. `unsubscribe` is a signed
    address of ours that ends such emails by one POST; only reports have one."""

    subject: str
    paragraphs: tuple[str, ...]
    button: Button | None = None
    tables: tuple[MailTable, ...] = ()
    reason: str = ""
    unsubscribe: str | None = None
    files: tuple[MailFile, ...] = ()


def as_text(content: MailContent, brand: Brand) -> str:
    """The email for programs, and people, that show no HTML."""
    parts = list(content.paragraphs)
    parts += ["\n".join(_lines(each)) for each in content.tables]
    if content.button is not None:
        parts.append(f"{content.button.label}:\n{content.button.url}")
    parts.append("\n".join(each for each in (brand.name, content.reason) if each))
    if content.unsubscribe is not None:
        parts.append(f"No more of these: {content.unsubscribe}")
    return _NOT_XML.sub("", "\n\n".join(parts) + "\n")


def as_html(content: MailContent, brand: Brand) -> str:
    """The email as mail programs show it. Raises `ValueError` for one that is too long for them."""
    html = _html(content, brand)
    if len(html.encode()) > LONGEST_HTML:
        raise ValueError("An email of this length is cut off by mail programs.")
    return html


def fits(content: MailContent, brand: Brand) -> bool:
    """Whether an email is short enough for mail programs. How long its texts are does not tell: each sign may
    take five, and each cell of a table some fifty more."""
    return len(_html(content, brand).encode()) <= LONGEST_HTML


def _html(content: MailContent, brand: Brand) -> str:
    from mjml import mjml2html  # who sends no mail does not wait for it

    return mjml2html(_NOT_XML.sub("", _template().render(mail=content, brand=brand)))


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(_MJML)


def _lines(table: MailTable) -> Sequence[str]:
    rows = (table.columns, *table.shown)
    widths = [max(len(row[at]) for row in rows) for at in range(len(table.columns))]
    lines = [
        "  ".join(
            cell.rjust(width) if at in table.numbers else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    more = [f"and {table.left_out:,} more"] if table.left_out else []
    return [*([table.caption] if table.caption else []), *lines, *more]


_MJML: Final = """\
<mjml lang="en">
<mj-head>
  <mj-title>{{ mail.subject }}</mj-title>
  <mj-preview>{{ mail.paragraphs[0] }}</mj-preview>
  <mj-raw><meta name="color-scheme" content="light dark">
    <meta name="supported-color-schemes" content="light dark"></mj-raw>
  <mj-attributes>
    <mj-all font-family="-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" />
    <mj-text font-size="16px" line-height="1.5" color="#1c2430" padding="8px 32px" />
    <mj-table font-size="15px" line-height="1.4" color="#1c2430" padding="8px 32px" />
  </mj-attributes>
  <mj-style>
    .nat-rule { border-bottom: 1px solid #d9dee6 }
    @media (prefers-color-scheme: dark) {
      .nat-page { background: #12161c !important }
      .nat-card, .nat-card table { background: #1b212a !important }
      .nat-ink div, .nat-ink td, .nat-ink th { color: #e8ecf2 !important }
      .nat-quiet div { color: #9aa5b4 !important }
      .nat-rule { border-color: #343d4a !important }
    }
    [data-ogsc] .nat-ink div, [data-ogsc] .nat-ink td { color: #e8ecf2 !important }
    [data-ogsc] .nat-quiet div { color: #9aa5b4 !important }
  </mj-style>
</mj-head>
<mj-body background-color="#f2f4f7" css-class="nat-page" width="560px">
  <mj-section padding="24px 0 12px">
    <mj-column>
      <mj-text css-class="nat-ink" font-size="18px" font-weight="700"
        padding="0 32px">{{ brand.name }}</mj-text>
    </mj-column>
  </mj-section>
  <mj-section background-color="#ffffff" border-radius="12px" padding="20px 0" css-class="nat-card">
    <mj-column>
{% for each in mail.paragraphs %}
      <mj-text css-class="nat-ink">{{ each }}</mj-text>
{% endfor %}
{% for table in mail.tables %}
{% if table.caption %}
      <mj-text css-class="nat-ink" font-weight="600" padding="16px 32px 0">{{ table.caption }}</mj-text>
{% endif %}
      <mj-table css-class="nat-ink">
        <tr>
{% for name in table.columns %}
          <th class="nat-rule" align="{{ 'right' if loop.index0 in table.numbers else 'left' }}"
            style="padding:6px 8px;border-bottom:1px solid #d9dee6">{{ name }}</th>
{% endfor %}
        </tr>
{% for row in table.shown %}
        <tr>
{% for cell in row %}
          <td class="nat-rule" align="{{ 'right' if loop.index0 in table.numbers else 'left' }}"
            style="padding:6px 8px;border-bottom:1px solid #d9dee6">{{ cell }}</td>
{% endfor %}
        </tr>
{% endfor %}
      </mj-table>
{% if table.left_out %}
      <mj-text css-class="nat-quiet" color="#5b6675" font-size="14px">and {{ table.left_out }} more</mj-text>
{% endif %}
{% endfor %}
{% if mail.button %}
      <mj-button href="{{ mail.button.url }}" background-color="{{ brand.primary }}"
        color="{{ brand.on_primary }}" border-radius="8px" font-size="16px" font-weight="600" align="left"
        padding="16px 32px 8px" inner-padding="12px 20px">{{ mail.button.label }}</mj-button>
      <mj-text css-class="nat-quiet" color="#5b6675" font-size="13px"
        padding="0 32px 8px">{{ mail.button.url }}</mj-text>
{% endif %}
    </mj-column>
  </mj-section>
  <mj-section padding="12px 0 24px">
    <mj-column>
{% if mail.reason %}
      <mj-text css-class="nat-quiet" color="#5b6675" font-size="13px">{{ mail.reason }}</mj-text>
{% endif %}
{% if mail.unsubscribe %}
      <mj-text css-class="nat-quiet" color="#5b6675" font-size="13px"><a href="{{ mail.unsubscribe }}"
        style="color:#5b6675">No more of these</a></mj-text>
{% endif %}
    </mj-column>
  </mj-section>
</mj-body>
</mjml>
"""
