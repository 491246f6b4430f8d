"""Where a vendor's consent sends people back to: each visit is answered by a way on into the web app, or by a
page that says what happened and what to do."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from nat.aws import log
from nat.channels.brands import Brands
from nat.contract.fields import Query
from nat.contract.parsing import parse_query
from nat.errors import Internal, NatError, StateInvalid
from nat.handlers.consent import OURS, failure_page, secret_of
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda


class ConsentAnswer(Query, frozen=True, kw_only=True):
    """What a vendor sends a person back with (RFC 6749, 4.1.2): a code, or why there is none."""

    state: str = ""
    code: str | None = None
    error: str | None = None


@dataclass
class Visit:
    """What is known of a visit, for the page of who does not succeed: where they came from, what did not
    happen, and about which nation."""

    web_app: str
    heading: str
    nation_slug: str | None = None


class ConsentReturn(ABC):
    """The callback of a vendor."""

    vendor: str
    heading: str
    """Over the page of who does not succeed."""
    back_path = "/"
    """In the web app, where that page leads."""

    def __init__(self, brands: Brands) -> None:
        self._brands = brands
        self._web_apps = tuple(app for brand in brands.known for app in brand.apps)

    def __call__(self, event: Mapping[str, object]) -> Lambda:
        """Answer one visit, always with a page or a way on."""
        request = HttpRequest.read(event)
        log.structured().append_keys(request=request.request_id)
        return self._answer(request).as_lambda()

    @abstractmethod
    def _complete(self, answer: ConsentAnswer, browser: str | None, visit: Visit) -> HttpAnswer:
        """Do what the person consented to, and lead on. `browser` is the secret of the cookie. Raises
        `NatError`."""

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        visit = Visit(self._brands.own.app_url, self.heading)
        try:
            answer = parse_query(request.query, ConsentAnswer)
            if not answer.state:
                raise StateInvalid
            return self._complete(answer, secret_of(request.cookies, self._web_apps), visit)
        except NatError as error:
            told = {"code": error.code, "nation": visit.nation_slug}
            log.structured().info(f"way to {self.vendor} ended", extra=told)
            return self._page(visit, error.message, error.status)
        except Exception as error:
            log.defect(error, request=request.request_id, nation=visit.nation_slug)
            return self._page(visit, OURS, Internal.status)

    def _page(self, visit: Visit, message: str, status: int) -> HttpAnswer:
        return failure_page(
            brand=self._brands.at(visit.web_app).name,
            heading=visit.heading,
            message=message,
            back=f"{visit.web_app}{self.back_path}",
            status=status,
        )
