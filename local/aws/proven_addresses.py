"""Who confirms a sign-up with the code that was mailed has proved the address.

Cognito then marks it as verified in pools that say so (`AutoVerifiedAttributes`; Cognito API reference,
ConfirmSignUp). MiniStack 1.5.33 confirms the person and leaves the attribute as it is, so that
`nat.people.proven_email` would find nothing proven. Its dispatcher looks the function up with every request,
so wrapping it is enough.
"""

from typing import Any

VERIFIED = {"Name": "email_verified", "Value": "true"}


def prove(user: dict[str, Any], pool: dict[str, Any]) -> None:
    """Mark the address of a confirmed person as verified, where the pool verifies addresses."""
    if "email" not in (pool.get("AutoVerifiedAttributes") or []):
        return
    kept = [each for each in user["Attributes"] if each["Name"] != VERIFIED["Name"]]
    if any(each["Name"] == "email" for each in kept):
        user["Attributes"] = [*kept, dict(VERIFIED)]


def install() -> None:
    """Let this process's MiniStack mark addresses."""
    from ministack.services import cognito

    original = cognito._confirm_sign_up

    def confirm(data: dict[str, Any]) -> Any:
        answer = original(data)
        if answer[0] == 200:
            pool, _ = cognito._pool_for_client(data.get("ClientId"))
            user, _ = cognito._resolve_user(pool, data.get("Username"))
            prove(user, pool)
        return answer

    cognito._confirm_sign_up = confirm
