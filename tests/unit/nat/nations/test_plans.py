"""Plans are read from JSON, and a wrong one is refused by name."""

import pytest

from nat.nations.plans import Plan, PlansInvalid, parse


def test_plans_are_found_by_name() -> None:
    plans = parse(
        '[{"name":"nat","price_cents":2900,"queries_limit":500,"cap":"hard","seats":null,'
        '"stripe_price_id":null},'
        '{"name":"team","price_cents":14900,"queries_limit":2000,"cap":"soft","seats":5}]'
    )

    assert plans.get("nat") == Plan("nat", 2900, 500, "hard")
    assert plans.get("team") == Plan("team", 14900, 2000, "soft", 5)
    assert plans.get("other") is None
    assert plans.get(None) is None
    assert plans.soft == ("team",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("{}", "list of plans"),
        ("[1]", "A plan is an object"),
        ('[{"name":"nat"}]', "incomplete"),
        ('[{"name":"nat","colour":"red"}]', "colour"),
        ('[{"name":"nat","price_cents":2900,"queries_limit":500,"cap":"firm"}]', "cap"),
        ('[{"name":"nat","price_cents":29.5,"queries_limit":500,"cap":"hard"}]', "whole numbers"),
        ('[{"name":"nat","price_cents":2900,"queries_limit":-1,"cap":"hard"}]', "whole numbers"),
        ('[{"name":"nat","price_cents":2900,"queries_limit":5,"cap":"hard","fair_use":-1}]', "whole numbers"),
        ('[{"name":"nat","price_cents":2900,"queries_limit":5,"cap":"hard","seats":true}]', "whole numbers"),
    ],
)
def test_what_is_wrong_with_plans_is_said(text: str, said: str) -> None:
    with pytest.raises(PlansInvalid, match=said):
        parse(text)
