"""Everything that can go wrong, as one tree.

    NatError
    ├── BadRequest                 the request itself is wrong
    │   ├── MessageEmpty
    │   ├── MessageTooLong
    │   ├── ModelKeyInvalid        an own Anthropic key that does not work
    │   └── UnknownAction
    ├── Unauthenticated            no valid session
    │   └── TicketInvalid          a socket ticket that is missing, used, stale or not ours
    ├── Forbidden                  a valid session without the right
    │   ├── NotAMember
    │   ├── NotProven              pays for the nation, and NationBuilder has not named them yet
    │   ├── RemovedFromNation      only an admin lets them in again
    │   ├── RoleInsufficient
    │   └── BudgetReached          the person's share of the nation's queries is used up
    ├── NotFound
    ├── MembershipError            who belongs to a nation, and in which role, stays as it is
    │   ├── MemberUnknown
    │   ├── OwnerStays             the owner can only hand the ownership over
    │   ├── MembershipChanged      somebody else was quicker
    │   ├── InvitationInvalid      unknown, used up, withdrawn or over
    │   ├── InvitationForOther     sent to another address
    │   └── SeatsTaken             the plan has no seat left
    ├── NotReplayable              failed jobs that going back would not help
    ├── AutomationChanged          somebody else has edited or deleted it meanwhile
    ├── RunTookPlace               a run that there is nothing to catch up with
    ├── MailNotSent                an email was not taken
    ├── SubscriptionRequired       the nation may not use Nat now
    │   ├── NationUnknown
    │   ├── SubscriptionInactive
    │   └── LimitReached
    │       └── CostCeilingReached the model's cost of the period, not the number of queries
    ├── Throttled                  come back later
    │   ├── Cooldown
    │   ├── NationBusy
    │   └── ConversationBusy
    ├── ApprovalClosed             a proposal that cannot be decided (any more)
    │   ├── ApprovalExpired
    │   ├── ApprovalSuperseded
    │   └── ApprovalChanged
    ├── BillingError               payment or subscription: what Stripe said, or what stands against it
    │   ├── AlreadySubscribed
    │   ├── NotSubscribed
    │   ├── PlanUnknown
    │   ├── PaymentDeclined
    │   ├── QuoteChanged           the amount is not what the person was shown
    │   └── BillingUnavailable     Stripe does not answer
    ├── NotConnected               NationBuilder's consent did not lead to a connection or a membership
    │   ├── ConsentDenied
    │   ├── StateInvalid           a `state` that is not ours, or was used
    │   │   └── StateExpired
    │   ├── OtherBrowser           another browser than the one that began
    │   ├── CodeRefused            a code that is used, too old or another nation's
    │   └── NotControlPanelUser
    ├── SlackError                 Slack, and people who write there
    │   ├── SlackAppMissing        no app of this brand is set up
    │   ├── SlackRefused           the code of an installation
    │   ├── SlackSignatureInvalid  a request that Slack did not sign, or too long ago
    │   ├── SlackNotInstalled      no token for this workspace
    │   ├── SlackCodeInvalid       a code that is wrong, used or over
    │   └── SlackPersonRefused     a stranger, a guest, somebody of another workspace
    ├── Reconnect                  NationBuilder no longer accepts the nation's tokens
    ├── NationBuilderError         the V2 API said no (see `nat.nationbuilder`)
    │   ├── RecordNotFound
    │   ├── PermissionDenied
    │   │   └── AreaWithheld       the person's own account, not that of who connected
    │   ├── TokenExpired
    │   ├── TokenRejected
    │   ├── QueryRejected
    │   ├── ValidationFailed
    │   ├── RateLimited
    │   └── NationBuilderDown      5xx, time-outs, HTML where JSON should be
    │       └── WriteUncertain     a write was sent and nothing proves what became of it
    ├── ModelError                 the model provider failed
    │   ├── ModelOverloaded
    │   ├── ModelRefused
    │   ├── ModelSilent            no answer, asked twice
    │   └── ModelUnavailable
    │       └── ModelKeyRejected   the nation's own key does not work any more
    ├── TurnLost                   this worker no longer owns the turn
    └── Internal

Each error says what happened, to what, and what to do. `code` is what clients know, `status` the HTTP status,
`retryable` whether the same request may succeed later. A user reads `message` and nothing else: no stack
trace, no vendor text.
"""

from typing import ClassVar

from nat.wording import Worded


class NatError(Exception):
    """Root of the tree. `message` is written for the person who asked, and may know its key; `url` is the
    page of the web app on which they, or somebody else of their nation, can do what it says, where there is
    one."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    default: ClassVar[str] = (
        "Something went wrong on our side. Your question was not counted; please try again."
    )

    def __init__(self, message: str | None = None, *, url: str | None = None) -> None:
        self.message = message or self.default
        self.url = url
        super().__init__(self.message)

    def told(self) -> dict[str, object]:
        """What clients are told: code, message, retryable and, where there are some, wording and url."""
        told: dict[str, object] = {
            "code": self.code,
            "message": str(self.message),
            "retryable": self.retryable,
        }
        if isinstance(self.message, Worded):
            told["wording"] = self.message.wording
        if self.url is not None:
            told["url"] = self.url
        return told

    def as_body(self) -> dict[str, object]:
        """The one error shape of the HTTP API: `{"error": {code, message, retryable, wording?, url?}}`."""
        return {"error": self.told()}


class Internal(NatError):
    """A defect or an outage of ours. Counts are refunded."""

    retryable = True


class BadRequest(NatError):
    """The request cannot be understood; sending it again changes nothing."""

    code = "bad_request"
    status = 400
    default = "The request could not be understood."


class MessageEmpty(BadRequest):
    """A question without text."""

    code = "message_empty"
    default = "The message is empty. Type a question and send it again."


class MessageTooLong(BadRequest):
    """A question over `names.MAX_MESSAGE_BYTES`."""

    code = "message_too_long"
    status = 413
    default = "The message is too long. Shorten it to 32 KB or attach less text."


class ModelKeyInvalid(BadRequest):
    """An Anthropic key of a nation's own that was tried out and does not work; it was not stored."""

    code = "model_key_invalid"
    status = 422
    default = "Anthropic does not accept this key."


class UnknownAction(BadRequest):
    """A socket action that does not exist."""

    code = "unknown_action"
    default = "Unknown action. Known actions: ask, stop, resume, ping, approve, reject, retry, undo, edit."


class Unauthenticated(NatError):
    """No session, or one that has ended."""

    code = "unauthenticated"
    status = 401
    default = "Sign in to go on."


class TicketInvalid(Unauthenticated):
    """A socket ticket is good for one connection within 60 seconds."""

    code = "ticket_invalid"
    default = "This connection ticket is missing, used or expired. Ask for a new one."


class Forbidden(NatError):
    """Signed in, but not allowed."""

    code = "forbidden"
    status = 403
    default = "You may not do this."


class NotAMember(Forbidden):
    """The person has no membership in the nation they selected."""

    code = "not_a_member"
    default = "You are not a member of this nation. Ask one of its admins to invite you."


class NotProven(Forbidden):
    """The person pays for the nation, and NationBuilder has not named them as one of its control panel."""

    code = "not_proven"
    default = "You pay for this nation. To see anything of it, prove that you use its control panel."


class RemovedFromNation(Forbidden):
    """The person was removed from the nation; no link, invitation or proof brings them back."""

    code = "removed_from_nation"
    default = "You were removed from this nation. Only one of its admins can let you in again."


class RoleInsufficient(Forbidden):
    """The membership's role does not allow the operation."""

    code = "role_insufficient"
    default = "Your role in this nation does not allow this. Ask an admin."


class BudgetReached(Forbidden):
    """The nation's admins have set how much of the pool this person may use, and it is used up."""

    code = "budget_reached"
    default = (
        "You have used all the questions that your nation's admins gave you for this period. Ask an admin "
        "for more."
    )


class NotFound(NatError):
    """What was asked for does not exist here."""

    code = "not_found"
    status = 404
    default = "Not found."


class NotReplayable(NatError):
    """Failed jobs that have nowhere to go back to: whoever handled them has done what can be done."""

    code = "not_replayable"
    status = 409
    default = "These jobs cannot be tried again."


class MembershipError(NatError):
    """A membership or an invitation cannot be made, changed or ended like this."""

    code = "membership_error"
    status = 409
    default = "The members of this nation stay as they are."


class MemberUnknown(MembershipError):
    """The person meant is no member of the nation."""

    code = "member_unknown"
    status = 404
    default = "This person is not a member of your nation."


class OwnerStays(MembershipError):
    """A nation has exactly one owner at every moment."""

    code = "owner_stays"
    default = "The owner cannot leave, be removed or get another role. Transfer the ownership first."


class MembershipChanged(MembershipError):
    """The roles are no longer what they were when this was asked for; nothing was changed."""

    code = "membership_changed"
    default = "The members of this nation have just been changed. Look at them again."


class InvitationInvalid(MembershipError):
    """The token is unknown, or what it stood for can no longer be accepted. Which of them is not told."""

    code = "invitation_invalid"
    status = 404
    default = "This invitation is not valid, or no longer. Ask for a new one."


class InvitationForOther(MembershipError):
    """The invitation was sent to an address that the session does not prove."""

    code = "invitation_for_other"
    status = 403
    default = "This invitation was sent to another email address. Sign in with that address to accept it."


class SeatsTaken(MembershipError):
    """The plan has a number of seats, and all are taken."""

    code = "seats_taken"
    status = 402
    default = "All seats of your nation's plan are taken. The owner can change the plan."


class AddressRefuses(BadRequest):
    """An address that takes no emails: it bounced for good, or its person complained. `why` is SES's
    reason."""

    default = Worded("form.address_refuses")

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class MailNotSent(NatError):
    """The mail service did not take an email: it is down, or the sender or recipient is not allowed."""

    code = "mail_not_sent"
    status = 503
    retryable = True
    default = "The email could not be sent. Please try again in a minute."


class SubscriptionRequired(NatError):
    """The nation may not use Nat at the moment."""

    code = "subscription_required"
    status = 402
    default = "This nation has no active subscription. Subscribe your nation to go on."


class NationUnknown(SubscriptionRequired):
    """No nation record for the slug."""

    code = "nation_unknown"
    status = 404
    default = "This nation is not known here yet. Subscribe your nation to start."


class SubscriptionInactive(SubscriptionRequired):
    """The subscription is neither active nor trialing."""

    code = "subscription_inactive"


class LimitReached(SubscriptionRequired):
    """The query pool of the period is used up on a plan with a hard stop."""

    code = "limit_reached"
    default = "Your nation has used all queries of this period. Upgrade to go on now."


class CostCeilingReached(LimitReached):
    """The model has cost as much for the nation in this period as its plan allows."""

    code = "cost_ceiling_reached"
    default = (
        "Your nation has used the computing that its plan includes in this period, so no new question can be "
        "asked until the next one begins. Upgrade to go on now, or write to support."
    )


class Throttled(NatError):
    """Too fast. `retry_after` is in seconds."""

    code = "throttled"
    status = 429
    retryable = True
    default = "That was too fast. Please wait a moment."

    def __init__(self, message: str | None = None, *, retry_after: float = 5.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Cooldown(Throttled):
    """A person may ask every 5 seconds."""

    code = "cooldown"
    default = "Please wait five seconds between questions."


class NationBusy(Throttled):
    """A nation may start 30 turns a minute."""

    code = "nation_busy"
    default = "Your nation is asking a lot right now. Please try again in a minute."


class ConversationBusy(Throttled):
    """One turn at a time in a conversation."""

    code = "conversation_busy"
    status = 409
    default = "The last question of this conversation is still being answered. Wait or stop it first."


class AutomationChanged(NatError):
    """An edit of an automation that is not as it was shown any more."""

    code = "automation_changed"
    status = 409
    default = "Somebody has changed this automation meanwhile. Look at it again."


class RunTookPlace(NatError):
    """A run that somebody wants to catch up with, which took place or is on its way."""

    code = "run_took_place"
    status = 409
    default = "This run took place, or is on its way."


class ApprovalClosed(NatError):
    """A proposal that somebody has decided already; it is carried out at most once."""

    code = "approval_closed"
    status = 409
    default = "This was decided already."


class ApprovalExpired(ApprovalClosed):
    """Nobody decided in time."""

    code = "approval_expired"
    default = "This proposal has expired, because the data may have changed since. Ask for it again."


class ApprovalSuperseded(ApprovalClosed):
    """A newer proposal of the same conversation took its place."""

    code = "approval_superseded"
    default = "A newer proposal has taken the place of this one."


class ApprovalChanged(ApprovalClosed):
    """What the person saw is not what is stored."""

    code = "approval_changed"
    default = "This is not what you were shown. Open the proposal again and look at it once more."


class BillingError(NatError):
    """Nothing was bought, changed or cancelled."""

    code = "billing_error"
    status = 409
    default = "The subscription could not be changed."


class AlreadySubscribed(BillingError):
    """The nation has a subscription that is not over."""

    code = "already_subscribed"
    default = "This nation has a subscription already. Change its plan in the billing settings."


class NationBeingDeleted(BillingError):
    """The nation's data are being deleted."""

    code = "nation_being_deleted"
    default = "This nation is being deleted. It can be subscribed anew as soon as that is done."


class NotSubscribed(BillingError):
    """There is no subscription that could be changed or cancelled."""

    code = "not_subscribed"
    status = 404
    default = "This nation has no subscription. Subscribe first."


class PlanUnknown(BillingError):
    """A plan that does not exist, or is no longer sold."""

    code = "plan_unknown"
    status = 400
    default = "There is no such plan to subscribe to."


class PaymentDeclined(BillingError):
    """The card was refused; the plan stays as it was."""

    code = "payment_declined"
    status = 402
    default = "The payment was declined, so nothing has changed. Update the card and try again."


class QuoteChanged(BillingError):
    """The preview is out of date: the amount now differs from the one that was confirmed."""

    code = "quote_changed"
    default = "The amount is no longer the one you were shown. Look at it once more and confirm again."


class BillingUnavailable(BillingError):
    """Stripe does not answer, or not properly. Nothing is known to have changed."""

    code = "billing_unavailable"
    status = 503
    retryable = True
    default = "The payment service does not answer at the moment. Please try again in a minute."


class NotConnected(NatError):
    """The way through NationBuilder's consent page ended without effect: no token was kept."""

    code = "not_connected"
    status = 400
    default = "NationBuilder did not complete this. Go back and begin again."


class ConsentDenied(NotConnected):
    """`error=access_denied`."""

    code = "consent_denied"
    status = 403
    default = "Access to the nation was not allowed, so nothing was changed."


class StateInvalid(NotConnected):
    """Forged, altered, or used already."""

    code = "state_invalid"
    default = "This link is not valid, or was used already. Go back and begin again."


class StateExpired(StateInvalid):
    """Begun longer ago than a `state` is good for."""

    code = "state_expired"
    default = "This took longer than ten minutes. Go back and begin again."


class OtherBrowser(NotConnected):
    """The browser has not the cookie of the one that began: somebody may have been sent a link."""

    code = "other_browser"
    status = 403
    default = (
        "This was begun in another browser or by somebody else, so nothing was changed. If you did not begin "
        "it yourself, close this page."
    )


class CodeRefused(NotConnected):
    """`invalid_grant` for an authorization code."""

    code = "code_refused"
    default = (
        "NationBuilder did not accept this sign-in: it was used already, is older than ten minutes, or "
        "belongs to another nation. Go back and begin again."
    )


class NotControlPanelUser(NotConnected):
    """`/signups/me` does not say `is_cpu`."""

    code = "not_control_panel_user"
    status = 403
    default = (
        "Only people who use the nation's control panel can do this. Ask an admin of the nation to give you "
        "access to the control panel first, or to invite you."
    )


class SlackError(NatError):
    """Slack and Nat do not come together here."""

    code = "slack_error"
    status = 409
    default = "Slack did not do what was asked. Please try again."


class SlackAppMissing(SlackError):
    """An operator has not stored the app's credentials, or the brand has no app."""

    code = "slack_app_missing"
    default = "Slack is not set up here yet. Whoever runs this service can do it."


class SlackRefused(SlackError):
    """Slack did not take the code of an installation."""

    code = "slack_refused"
    status = 400
    default = "Slack did not accept this: it was used already, or took too long. Go back and begin again."


class SlackSignatureInvalid(SlackError):
    """Not signed with the app's secret, or more than five minutes ago."""

    code = "slack_signature_invalid"
    status = 401
    default = "This request does not come from Slack."


class SlackNotInstalled(SlackError):
    """The app is not in the workspace, or no longer."""

    code = "slack_not_installed"
    default = "The app is not installed in this Slack workspace. An admin of your nation can add it."


class SlackCodeInvalid(SlackError):
    """The code of `/nat connect`."""

    code = "slack_code_invalid"
    default = "This code is wrong, was used, or is older than ten minutes. Get a new one in the web app."


class SlackPersonRefused(SlackError):
    """Somebody of Slack for whom Nat does nothing."""

    code = "slack_person_refused"
    status = 403
    default = "Only full members of this workspace are answered: not guests, bots or people of another one."


class Reconnect(NatError):
    """The nation's NationBuilder tokens are missing or no longer accepted."""

    code = "reconnect"
    status = 409
    default = "The connection to your NationBuilder is lost. An admin can connect it again in the settings."


class NationBuilderError(NatError):
    """NationBuilder's V2 API did not do what was asked."""

    code = "nationbuilder_error"
    status = 502
    default = "NationBuilder did not accept the request."


class RecordNotFound(NationBuilderError):
    """404 `not_found`."""

    code = "record_not_found"
    status = 404
    default = "NationBuilder has no such record."


class PermissionDenied(NationBuilderError):
    """401 `unauthorized` or 403: the connected person's permission set does not allow it."""

    code = "nationbuilder_permission"
    status = 403
    default = (
        "NationBuilder refused: the person who connected your nation is not allowed to do this there. "
        "Ask an admin to change that permission set."
    )


class TokenExpired(NationBuilderError):
    """401 `token_expired`: refresh once, then try again."""

    code = "token_expired"
    retryable = True
    default = "The connection to NationBuilder has to be renewed."


class AreaWithheld(PermissionDenied):
    """The person's own account may not see this in NationBuilder, so Nat does not show it either."""

    code = "area_withheld"


class TokenRejected(NationBuilderError):
    """401 without a permission code, or `token_upgrade_required`: the connection is gone."""

    code = "reconnect"
    status = 409
    default = Reconnect.default


class QueryRejected(NationBuilderError):
    """400: a filter, include, attribute or custom field unknown to V2. `details` are V2's own words."""

    code = "query_rejected"
    status = 400

    def __init__(self, message: str | None = None, *, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.details = details


class ValidationFailed(NationBuilderError):
    """422: the record would be invalid. `details` name the attributes; `taken` means it is already so."""

    code = "validation_failed"
    status = 422

    def __init__(
        self, message: str | None = None, *, details: tuple[str, ...] = (), taken: bool = False
    ) -> None:
        super().__init__(message)
        self.details = details
        self.taken = taken


class RateLimited(NationBuilderError):
    """429: more than 250 requests in 10 s. `retry_after` is in seconds."""

    code = "nationbuilder_rate_limited"
    status = 429
    retryable = True
    default = "NationBuilder asks us to slow down. Please try again in a few seconds."

    def __init__(self, message: str | None = None, *, retry_after: float = 10.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NationBuilderDown(NationBuilderError):
    """5xx, no answer, or a page of HTML where JSON should be."""

    code = "nationbuilder_down"
    status = 503
    retryable = True
    default = "NationBuilder does not answer properly at the moment. Please try again in a minute."


class WriteUncertain(NationBuilderDown):
    """A write was sent and no usable answer came back: it may or may not have been done. Never repeated
    unseen, because V2 has no idempotency key."""

    code = "write_uncertain"
    retryable = False
    default = (
        "NationBuilder did not confirm the change, so it may or may not have been made. Look at the record "
        "before you try again."
    )


class ModelError(NatError):
    """The model provider failed; the turn is refunded."""

    code = "model_error"
    status = 502
    retryable = True
    default = "The AI service failed to answer. Your question was not counted; please try again."


class ModelOverloaded(ModelError):
    """429, 529 or an `overloaded_error` inside a stream, after all retries."""

    code = "model_overloaded"
    status = 503
    default = "The AI service is overloaded. Your question was not counted; please try again in a minute."


class ModelRefused(ModelError):
    """Stop reason `refusal`."""

    code = "model_refused"
    status = 422
    retryable = False
    default = "The AI service declined to answer this. Try to put it differently."


class ModelSilent(ModelError):
    """The model ended without a word, and again when it was asked to speak."""

    code = "model_silent"
    default = "The AI service gave no answer. Your question was not counted; please ask in other words."


class ModelUnavailable(ModelError):
    """No connection, bad key, spend limit."""

    code = "model_unavailable"
    status = 503


class ModelKeyRejected(ModelUnavailable):
    """The nation's own Anthropic key cannot be used: revoked, without credit, unreadable. Nat does not go on
    with the platform's key unasked, because the nation chose whose account reads its data."""

    code = "model_key_rejected"
    status = 409
    retryable = False
    default = (
        "Your nation's own Anthropic key does not work: it was revoked or its account has no credit. An "
        "admin can replace or remove it in the settings. Your question was not counted."
    )


class TurnLost(NatError):
    """Another worker took the turn over, or its heartbeat failed. Never shown to a person."""

    code = "turn_lost"
    status = 409
