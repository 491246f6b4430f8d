"""Asks a stand-in over HTTP, as any client would."""

from collections.abc import Mapping
from typing import Any

import requests

from local.nationbuilder.server import RunningNationBuilder

JSON_API = "application/vnd.api+json"


class Caller:
    """One user of one nation, with a session of their own."""

    def __init__(self, server: RunningNationBuilder, slug: str = "demo", user: str | None = None) -> None:
        self.server = server
        self.slug = slug
        self.session = requests.Session()
        self.session.headers["Accept"] = JSON_API
        self.sign_in(server.access_token(slug, user))

    def sign_in(self, access_token: str) -> None:
        self.session.headers["Authorization"] = f"Bearer {access_token}"

    def ask(self, method: str, path: str, body: Any = None, **params: str) -> requests.Response:
        headers = {"Content-Type": JSON_API}
        return self.session.request(
            method,
            f"{self.server.url(self.slug)}/api/v2{path}",
            params=params,
            json=body,
            headers=headers,
            timeout=10,
        )

    def get(self, path: str, params: Mapping[str, str] | None = None) -> requests.Response:
        return self.ask("GET", path, **(params or {}))

    def rows(self, path: str, params: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        response = self.get(path, params)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()["data"]
        return found

    def ids(self, path: str, params: Mapping[str, str] | None = None) -> list[str]:
        return [row["id"] for row in self.rows(path, {"page[size]": "100", **(params or {})})]

    def count(self, path: str, params: Mapping[str, str] | None = None) -> int:
        response = self.get(path, {**(params or {}), "stats[total]": "count", "page[size]": "1"})
        assert response.status_code == 200, response.text
        return int(response.json()["meta"]["stats"]["total"]["count"])

    def attributes(self, path: str) -> dict[str, Any]:
        response = self.get(path)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()["data"]["attributes"]
        return found

    def create(self, kind: str, attributes: Mapping[str, Any], **more: Any) -> requests.Response:
        return self.ask("POST", f"/{kind}", document(kind, attributes, **more))

    def created(self, kind: str, attributes: Mapping[str, Any], **more: Any) -> str:
        response = self.create(kind, attributes, **more)
        assert response.status_code == 201, response.text
        return str(response.json()["data"]["id"])

    def update(
        self, kind: str, record_id: str, attributes: Mapping[str, Any], **more: Any
    ) -> requests.Response:
        return self.ask("PATCH", f"/{kind}/{record_id}", document(kind, attributes, record_id, **more))

    def delete(self, kind: str, record_id: str) -> requests.Response:
        return self.ask("DELETE", f"/{kind}/{record_id}")


def document(
    kind: str,
    attributes: Mapping[str, Any],
    record_id: str | None = None,
    relationships: Mapping[str, Any] | None = None,
    included: list[Any] | None = None,
) -> dict[str, Any]:
    """A JSON:API document."""
    data: dict[str, Any] = {"type": kind, "attributes": dict(attributes)}
    if record_id is not None:
        data["id"] = record_id
    if relationships:
        data["relationships"] = {name: {"data": value} for name, value in relationships.items()}
    return {"data": data, "included": included} if included else {"data": data}


def new_page(name: str, **attributes: Any) -> tuple[dict[str, Any], list[Any]]:
    """Relationships and included of a record that makes its page."""
    entry = {"type": "pages", "temp-id": "p1", "method": "create"}
    page = {"type": "pages", "temp-id": "p1", "attributes": {"site_id": "1", "name": name, **attributes}}
    return {"page": entry}, [page]
