"""What weekly reports say: a nation's to its admins, all nations' to who runs the service."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from nat.channels.brands import Brand
from nat.channels.mail_page import Button, MailContent, MailFile, MailTable
from nat.ids import NationSlug
from nat.nations.ceilings import MICROS_IN_A_CENT
from nat.nations.figures import NationFigures, Outlier
from nat.nations.plans import UNLIMITED
from nat.nations.record import Nation
from nat.nations.spending import Spent
from nat.spreadsheets import csv_text

USAGE_PAGE: Final = "/usage"
OPERATOR_PAGE: Final = "/operator/nations"
MOST: Final = 10
"""Rows of each table; the file has all."""
_WHY: Final[Mapping[Outlier, str]] = {
    Outlier.MARGIN: "margin below the aim",
    Outlier.CEILING: "near its ceiling of cost",
    Outlier.FAIR_USE: "above fair use",
    Outlier.LIMIT: "questions used up",
    Outlier.QUIET: "pays and asks nothing",
}


@dataclass(frozen=True)
class Week:
    """Seven UTC days, from a Monday."""

    first: date

    @classmethod
    def before(cls, monday: date) -> "Week":
        """The week that a Monday ends."""
        return cls(monday - timedelta(days=7))

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    @property
    def earlier(self) -> "Week":
        """The week before it."""
        return Week(self.first - timedelta(days=7))

    def __str__(self) -> str:
        return f"{self.first.day} {self.first:%B} to {self.last.day} {self.last:%B %Y}"


@dataclass(frozen=True)
class PersonWeek:
    """What one person asked in a week. `name` is an address, or an id where none is known."""

    name: str
    spent: Spent


def nation_report(
    nation: Nation,
    week: Week,
    total: Spent,
    earlier: Spent,
    people: Sequence[PersonWeek],
    brand: Brand,
    *,
    unsubscribe: str,
) -> MailContent:
    """A nation's week for one of its admins."""
    slug = nation.nation_slug
    facts = [
        f"{_questions(total.queries)} in the nation {slug} from {week} (UTC days), by {len(people)} "
        f"{'person' if len(people) == 1 else 'people'}; {_compared(total.queries, earlier.queries)}. What "
        f"the model did for them cost {_dollars(total.cost_micros)}.",
        _pool(nation),
    ]
    if nation.nb_needs_reauth:
        facts.append("NationBuilder has to be connected anew: until then nobody gets answers.")
    return MailContent(
        f"{slug}: {_questions(total.queries)} last week",
        tuple(facts),
        Button("See the usage", f"{brand.app_url}{USAGE_PAGE}"),
        tables=(_people_table(people),) if people else (),
        reason=f"You get this on Mondays because you administer the nation {slug}.",
        unsubscribe=unsubscribe,
        files=(
            MailFile(
                f"{slug}-{week.first.isoformat()}.csv",
                csv_text(
                    ("person", "questions", "cost_usd"),
                    (
                        (each.name, each.spent.queries, _plain_dollars(each.spent.cost_micros))
                        for each in people
                    ),
                ),
            ),
        ),
    )


def operator_report(
    week: Week,
    figures: Sequence[NationFigures],
    spent: Mapping[NationSlug, Spent],
    earlier: Spent,
    heavy: Sequence[tuple[NationSlug, PersonWeek]],
    brand: Brand,
) -> MailContent:
    """All nations' week for who runs the service. People stand in it by their ids."""
    total = sum(spent.values(), Spent())
    customers = [each for each in figures if each.is_customer]
    mrr = sum(each.price_cents for each in figures)
    outliers = [each for each in figures if each.outliers]
    facts = [
        f"{_questions(total.queries)} from {week} (UTC days) in {_nations(len(customers))} that pay or try; "
        f"{_compared(total.queries, earlier.queries)}. The model cost {_dollars(total.cost_micros)}, and "
        f"monthly revenue is ${mrr / 100:,.2f}.",
        f"Worth a look: {_nations(len(outliers))}. To be connected anew: "
        f"{_nations(sum(each.nation.nb_needs_reauth for each in figures))}.",
    ]
    tables = []
    if outliers:
        tables.append(
            MailTable(
                ("Nation", "Why", "Margin", "Cost of the period"),
                tuple(
                    (
                        each.nation.nation_slug,
                        ", ".join(_WHY[why] for why in each.outliers),
                        _percent(each.margin_percent),
                        _dollars(each.nation.cost_micros_this_period),
                    )
                    for each in outliers
                ),
                frozenset((2, 3)),
                "Outliers",
            )
        )
    dear = sorted(spent.items(), key=lambda each: -each[1].cost_micros)[:MOST]
    if dear:
        tables.append(
            MailTable(
                ("Nation", "Questions", "Cost"),
                tuple((slug, f"{each.queries:,}", _dollars(each.cost_micros)) for slug, each in dear),
                frozenset((1, 2)),
                "Nations that cost most",
            )
        )
    if heavy:
        tables.append(
            MailTable(
                ("Person", "Nation", "Questions", "Cost"),
                tuple(
                    (each.name, slug, f"{each.spent.queries:,}", _dollars(each.spent.cost_micros))
                    for slug, each in heavy[:MOST]
                ),
                frozenset((2, 3)),
                "People who asked most",
            )
        )
    return MailContent(
        f"Weekly report: {_questions(total.queries)}, {_nations(len(outliers))} worth a look",
        tuple(facts),
        Button("Open the nations", f"{brand.app_url}{OPERATOR_PAGE}"),
        tables=tuple(tables),
        reason="You get this on Mondays because you run the service.",
        files=(MailFile(f"nations-{week.first.isoformat()}.csv", _nations_csv(figures, spent)),),
    )


def _nations_csv(figures: Iterable[NationFigures], spent: Mapping[NationSlug, Spent]) -> str:
    columns = (
        "nation",
        "plan",
        "status",
        "questions_of_week",
        "cost_usd_of_week",
        "questions_of_period",
        "cost_usd_of_period",
        "price_usd",
        "margin_percent",
        "outliers",
    )
    rows = (
        (
            each.nation.nation_slug,
            each.nation.subscription_plan,
            each.nation.subscription_status.value,
            spent.get(each.nation.nation_slug, Spent()).queries,
            _plain_dollars(spent.get(each.nation.nation_slug, Spent()).cost_micros),
            each.nation.queries_used_this_period,
            _plain_dollars(each.nation.cost_micros_this_period),
            f"{each.price_cents / 100:.2f}",
            each.margin_percent,
            " ".join(each.outliers),
        )
        for each in figures
    )
    return csv_text(columns, rows)


def _people_table(people: Sequence[PersonWeek]) -> MailTable:
    return MailTable(
        ("Person", "Questions", "Cost"),
        tuple(
            (each.name, f"{each.spent.queries:,}", _dollars(each.spent.cost_micros)) for each in people[:MOST]
        ),
        frozenset((1, 2)),
        "Who asked most",
    )


def _questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count:,} questions"


def _nations(count: int) -> str:
    return "1 nation" if count == 1 else f"{count:,} nations"


def _compared(now: int, before: int) -> str:
    if now == before:
        return "as many as the week before"
    return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than the week before"


def _pool(nation: Nation) -> str:
    used = nation.queries_used_this_period
    if nation.queries_limit >= UNLIMITED:
        return f"In this period the nation has asked {used:,}, of any number that it likes."
    return f"Of the {nation.queries_limit:,} questions of this period {used:,} are used."


def _dollars(micros: int) -> str:
    return f"${micros / MICROS_IN_A_CENT / 100:,.2f}"


def _plain_dollars(micros: int) -> str:
    return f"{micros / MICROS_IN_A_CENT / 100:.4f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"
