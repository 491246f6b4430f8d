"""Names that infrastructure and runtime share: tables and their keys, queue, secrets, variables, headers.

No CDK and no boto3 here: `cdk synth` imports this module, and so does every Lambda. A string that two
places must agree on is written in this file and nowhere else.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from nat.ids import NationSlug, UserId


class Table(StrEnum):
    """The DynamoDB tables. The value is the construct id and, with a suffix, the output name."""

    NATIONS = "Nations"
    USERS = "Users"
    MEMBERSHIPS = "Memberships"
    CONVERSATIONS = "Conversations"
    ACTIONS = "Actions"
    AUTOMATIONS = "Automations"
    USAGE = "Usage"
    AUDIT = "Audit"
    CONNECTIONS = "Connections"
    SOCKETS = "Sockets"
    INSTALLATIONS = "Installations"
    ONCE = "Once"
    TENANTS = "Tenants"

    @property
    def variable(self) -> str:
        """The environment variable that carries the deployed table's name, such as `NATIONS_TABLE`."""
        return f"{self.name}_TABLE"


class Index(NamedTuple):
    """A global secondary index; all attributes are strings unless the sort key is named in `numbers`."""

    name: str
    partition: str
    sort: str | None = None


class Schema(NamedTuple):
    """Keys of one table. `nation_scoped`: the partition key is a slug or begins with `<slug>#`.
    `append_only`: nobody who writes to it may change or delete a row, but for who deletes a nation whole."""

    partition: str
    sort: str | None = None
    indexes: tuple[Index, ...] = ()
    ttl: bool = False
    nation_scoped: bool = False
    append_only: bool = False


TTL_ATTRIBUTE: Final = "ttl"
"""Epoch seconds after which DynamoDB deletes the item, in every table whose schema says `ttl`."""

NATIONS_BY_CUSTOMER: Final = Index("by_stripe_customer", "stripe_customer_id")
NATIONS_BY_REFRESH: Final = Index("by_refresh_due", "refresh_bucket", "nb_token_expires_at")
USERS_BY_NATION: Final = Index("by_nation", "nation_slug")
USERS_BY_EMAIL: Final = Index("by_email", "email")
MEMBERSHIPS_BY_NATION: Final = Index("by_nation", "nation_slug", "user_id")
CONVERSATIONS_BY_PERSON: Final = Index("by_person", "person", "updated_at")
TURNS_PENDING: Final = Index("by_pending", "pending", "admitted_at")
APPROVALS_INBOX: Final = Index("by_inbox", "inbox", "created_at")
APPROVALS_BY_EXPIRY: Final = Index("by_expiry", "waiting", "expires_at")
CONNECTIONS_DUE: Final = Index("by_due", "due_kind", "due_at")
INSTALLATIONS_BY_NATION: Final = Index("by_nation", "nation_slug")
AUTOMATIONS_DUE: Final = Index("by_due", "waits", "due_at")
INVITATIONS_BY_NATION: Final = Index("by_invitation", "invites_to", "created_at")
TENANTS_BY_SLUG: Final = Index("by_slug", "nationbuilder_slug")

SCHEMAS: Final[dict[Table, Schema]] = {
    Table.NATIONS: Schema(
        "nation_slug", indexes=(NATIONS_BY_CUSTOMER, NATIONS_BY_REFRESH), nation_scoped=True
    ),
    Table.USERS: Schema("user_id", indexes=(USERS_BY_NATION, USERS_BY_EMAIL)),
    Table.MEMBERSHIPS: Schema("user_id", "nation_slug", indexes=(MEMBERSHIPS_BY_NATION,)),
    Table.CONVERSATIONS: Schema(
        "conversation",
        "item",
        indexes=(CONVERSATIONS_BY_PERSON, TURNS_PENDING),
        ttl=True,
        nation_scoped=True,
    ),
    Table.ACTIONS: Schema(
        "conversation",
        "item",
        indexes=(APPROVALS_INBOX, APPROVALS_BY_EXPIRY),
        ttl=True,
        nation_scoped=True,
    ),
    Table.AUTOMATIONS: Schema(
        "nation_slug", "item", indexes=(AUTOMATIONS_DUE,), ttl=True, nation_scoped=True
    ),
    Table.USAGE: Schema("nation_slug", "day_user", nation_scoped=True),
    Table.AUDIT: Schema("nation_slug", "entry", nation_scoped=True, append_only=True),
    Table.CONNECTIONS: Schema("nation_slug", "item", indexes=(CONNECTIONS_DUE,), nation_scoped=True),
    Table.SOCKETS: Schema("subject", "connection_id", ttl=True),
    Table.INSTALLATIONS: Schema("team_id", "item", indexes=(INSTALLATIONS_BY_NATION,)),
    Table.ONCE: Schema("key", indexes=(INVITATIONS_BY_NATION,), ttl=True),
    Table.TENANTS: Schema("tenant_id", indexes=(TENANTS_BY_SLUG,)),
}


class Variable(StrEnum):
    """Environment variables of Lambdas, the worker and the SSE host, besides the table names."""

    ENVIRONMENT = "NAT_ENVIRONMENT"
    TURN_QUEUE_URL = "NAT_TURN_QUEUE_URL"
    TURN_DEAD_LETTERS_URL = "NAT_TURN_DEAD_LETTERS_URL"
    SOCKET_ENDPOINT = "NAT_SOCKET_ENDPOINT"
    """`@connections` endpoint, `https://{api}.execute-api.{region}.amazonaws.com/{stage}`."""
    NATION_ROLE_ARN = "NAT_NATION_ROLE_ARN"
    DATA_KEY_ARN = "NAT_DATA_KEY_ARN"
    NATIONBUILDER_URL = "NAT_NATIONBUILDER_URL"
    """Base URL with a `{slug}` place, `https://{slug}.nationbuilder.com` by default."""
    MODEL_ID = "NAT_MODEL_ID"
    MODEL_PROVIDER = "NAT_MODEL_PROVIDER"
    """`anthropic` or `bedrock`."""
    ANTHROPIC_URL = "NAT_ANTHROPIC_URL"
    ANTHROPIC_SECRET = "NAT_ANTHROPIC_SECRET"
    """Name of the platform secret that holds the Anthropic API key."""
    TOKEN_STORE = "NAT_TOKEN_STORE"
    """`secretsmanager` or `dynamodb`."""
    TOKEN_ISSUER = "NAT_TOKEN_ISSUER"
    """Issuer of the Cognito user pool; its JWKS is at `{issuer}/.well-known/jwks.json`."""
    TOKEN_KEYS_URL = "NAT_TOKEN_KEYS_URL"
    """Where the issuer's public keys are read, if not there: the embedded AWS names AWS as its issuer."""
    TOKEN_AUDIENCE = "NAT_TOKEN_AUDIENCE"
    """Comma-separated app client ids whose access tokens are accepted."""
    PLANS = "NAT_PLANS"
    """The plans as compact JSON, from `config/plans.toml`."""
    PRICES = "NAT_PRICES"
    """Model prices as compact JSON: micro-dollars per million tokens by kind."""
    FILES_BUCKET = "NAT_FILES_BUCKET"
    """The bucket of files that people asked for; they are there for a day."""
    EVENT_BUS = "NAT_EVENT_BUS"
    """Name of the event bus, for functions that put events on it."""
    USER_POOL = "NAT_USER_POOL"
    """Id of the Cognito user pool, for the function that deletes people from it."""
    SCHEDULE_GROUP = "NAT_SCHEDULE_GROUP"
    """Name of the group in which automations are scheduled."""
    SCHEDULE_ROLE_ARN = "NAT_SCHEDULE_ROLE_ARN"
    """What their schedules act as."""
    SCHEDULE_TARGET_ARN = "NAT_SCHEDULE_TARGET_ARN"
    """The function that takes occurrences."""
    SCHEDULE_DEAD_LETTERS_ARN = "NAT_SCHEDULE_DEAD_LETTERS_ARN"
    """The queue of occurrences that could not be delivered."""
    PRIVACY_QUEUE_URL = "NAT_PRIVACY_QUEUE_URL"
    """Exports and deletions on their way."""
    STRIPE_URL = "NAT_STRIPE_URL"
    """Base URL of Stripe's API."""
    BILLING_QUEUE_URL = "NAT_BILLING_QUEUE_URL"
    BILLING_DEAD_LETTERS_URL = "NAT_BILLING_DEAD_LETTERS_URL"
    PAST_DUE_GRACE_DAYS = "NAT_PAST_DUE_GRACE_DAYS"
    """Days that a nation may use Nat while an invoice is not paid."""
    ORIGIN_KEY = "NAT_ORIGIN_KEY"
    """Name of the secret that holds what CloudFront sends with each request; without one nobody asks."""
    SLACK_URL = "NAT_SLACK_URL"
    """Base URL of Slack's Web API, with a slash at the end."""
    SLACK_QUEUE_URL = "NAT_SLACK_QUEUE_URL"
    """What Slack sent and what threads of Slack have to be told, on its way (FIFO)."""
    APP_URL = "NAT_APP_URL"
    """Where people manage their nation: upgrade, reconnect."""
    BRANDS = "NAT_BRANDS"
    """The brands of the platform as compact JSON, its own first (`nat.channels.brands`)."""
    TARGETS = "NAT_TARGETS"
    """What the service aims at as compact JSON, from `config/targets.toml`."""
    DEAD_LETTERS = "NAT_DEAD_LETTERS"
    """The queues of messages that nobody could act on, as JSON (`nat.aws.failed_messages`)."""
    OPERATOR_EMAIL = "NAT_OPERATOR_EMAIL"
    """Who runs the service, and is told of what no nation is."""
    TRUSTED_DOMAINS = "NAT_TRUSTED_DOMAINS"
    """Which email domains each SAML identity provider vouches for, as JSON."""
    QUEUE_WAIT_SECONDS = "NAT_QUEUE_WAIT_SECONDS"
    """How long a receive of the worker waits for turns, 20 by default; an idle worker ends within it."""
    WORKER_SLOTS = "NAT_WORKER_SLOTS"
    """How many turns one worker process runs at a time."""
    HEARTBEAT_FILE = "NAT_HEARTBEAT_FILE"
    """The file whose age tells how a worker is; without one it does not tell."""
    ALLOWED_ORIGINS = "NAT_ALLOWED_ORIGINS"
    ECS_AGENT_URI = "ECS_AGENT_URI"
    """Set by ECS in every container: where a task asks to be protected while it works."""

    # The command line's.
    PROFILE = "NAT_PROFILE"
    """Path of the file that says where the platform is."""
    V2_TOKEN = "NAT_V2_TOKEN"
    """A V2 API token, for the commands that talk to NationBuilder themselves."""
    ANTHROPIC_API_KEY = "ANTHROPIC_API_KEY"


class Header(StrEnum):
    """Headers that select (never prove) the person and the nation, and carry the token past CloudFront."""

    USER_ID = "X-Nat-User-Id"
    NATION_SLUG = "X-Nat-Nation-Slug"
    AUTHORIZATION = "X-Nat-Authorization"


EDGE_REGION: Final = "us-east-1"
"""Where fronts are: CloudFront takes certificates from here only."""

ORIGIN_KEY_HEADER: Final = "x-nat-origin-key"
"""With which CloudFront shows that a request came through it. What a client sends under this name it
replaces."""

NEXT_HEADER: Final = "x-nat-next"
"""Of a download that is not complete: what `after` goes on with."""
ANSWER_HEADERS: Final = ("content-disposition", "retry-after", NEXT_HEADER)
"""What pages of another origin may read of an answer, besides what browsers always let them."""

LAST_EVENT_HEADER: Final = "last-event-id"
CONTENT_HASH_HEADER: Final = "x-amz-content-sha256"
STREAM_HEADERS: Final = (
    "content-type",
    LAST_EVENT_HEADER,
    CONTENT_HASH_HEADER,
    *(header.value for header in Header),
)
"""What browsers may send to the streaming host from another origin. The hash over the body is there because
CloudFront signs what it forwards and does not read bodies."""

SCOPE: Final = "nat/use"
"""The OAuth scope that the HTTP API requires: resource server `nat`, scope `use`."""
SCOPE_RESOURCE_SERVER: Final = "nat"
SCOPE_NAME: Final = "use"

OPERATORS: Final = "operators"
"""The group of the user pool whose people run the service, and see the operator's pages."""
GROUPS_CLAIM: Final = "cognito:groups"

SLUG_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,62}$"
"""A slug is the host label of the nation. No `#`, `/` or `.`: it becomes part of keys and URLs."""


ULID_PATTERN: Final = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
"""Turn and conversation ids: ULIDs in upper case, made by the client (github.com/ulid/spec)."""


class Secret:
    """Names in Secrets Manager.

    `…/nb-tokens` ends in a hyphen and six characters, which a partial ARN mistakes for the random suffix.
    So secrets are always addressed by name, and IAM resources are written with `-??????`.
    """

    STRIPE: Final = "nat/platform/stripe"
    SLACK: Final = "nat/platform/slack"
    NATIONBUILDER_APP: Final = "nat/platform/nationbuilder-app"
    ANTHROPIC: Final = "nat/platform/anthropic-key"
    OAUTH_STATE: Final = "nat/platform/oauth-state-key"
    """The key that signs `state` on the way to NationBuilder and back; nobody needs to know it."""

    NATION_PATTERN: Final = "nat/nation/*/nb-tokens-??????"
    NEW_NATION_PATTERN: Final = "nat/nation/*/nb-tokens"
    """The same while it is being made; for CreateSecret only."""
    NATION_KEY_PATTERN: Final = "nat/nation/*/anthropic-key-??????"
    NEW_NATION_KEY_PATTERN: Final = "nat/nation/*/anthropic-key"
    NATION_APP_PATTERN: Final = "nat/nation/*/nationbuilder-app-??????"
    CUSTOMER_APP_PATTERN: Final = "nat/customer/*/nationbuilder-app-??????"

    USER_TOKENS: Final = "nat/user/"
    """What the secrets of users' own pairs begin with, from before nations; the migration reports them."""

    @staticmethod
    def origin_key(region: str) -> str:
        """With which CloudFront shows that a request came through it; nobody needs to know it. By region, for
        a copy lies where fronts are deployed, beside that of a platform there."""
        return f"nat/platform/origin-key/{region}"

    @staticmethod
    def tenant_tokens(tenant_id: str) -> str:
        """The pair of a tenant, from before nations; read by the migration."""
        return f"nat/tenant/{tenant_id}/nb-tokens"

    @staticmethod
    def nation_tokens(nation_slug: NationSlug) -> str:
        """NationBuilder's token pair of one nation."""
        return f"nat/nation/{nation_slug}/nb-tokens"

    @staticmethod
    def nation_model_key(nation_slug: NationSlug) -> str:
        """The nation's own Anthropic key, if it brought one."""
        return f"nat/nation/{nation_slug}/anthropic-key"

    @staticmethod
    def nation_app(nation_slug: NationSlug) -> str:
        """The app that one nation registered itself, if it did: `{"client_id", "client_secret"}`."""
        return f"nat/nation/{nation_slug}/nationbuilder-app"

    @staticmethod
    def customer_app(customer: str) -> str:
        """The app of one customer of ours, if it has its own."""
        return f"nat/customer/{customer}/nationbuilder-app"

    @staticmethod
    def slack_tokens(team: str) -> str:
        """The path under which the tokens of one Slack workspace are sealed; there is no secret of it."""
        return f"nat/slack/{team}/tokens"

    SLACK_CONTEXT_PATTERN: Final = "nat/slack/*/tokens"
    """`SEALED_FOR` in the encryption context of any workspace's tokens, as an IAM pattern."""

    @staticmethod
    def nation_context_pattern(nation_slug: NationSlug) -> str:
        """`SEALED_FOR` in the encryption context of what is sealed for one nation, as an IAM pattern."""
        return f"nat/nation/{nation_slug}/*"

    @staticmethod
    def nation_arn_pattern(nation_slug: NationSlug) -> str:
        """IAM resource that covers every secret of one nation and of no other."""
        return f"arn:*:secretsmanager:*:*:secret:nat/nation/{nation_slug}/*"


NATION_TAG: Final = "nation"
"""With what the session of a turn is tagged: the slug. The nation role demands it and is bounded by it."""

SEALED_FOR: Final = "path"
"""Key of the encryption context under which tokens are sealed; its value is the path of the secret that they
would be. IAM narrows `kms:Encrypt` and `kms:Decrypt` by it."""

REFRESH_BUCKETS: Final = 16
"""Partitions of the index `by_refresh_due`: `00` to `15`, by a hash of the slug."""


def nation_files(nation_slug: NationSlug) -> str:
    """What the keys of one nation's files begin with in the bucket of people's files."""
    return f"nation/{nation_slug}/"


def person_files(user_id: UserId) -> str:
    """What the keys of files with everything of one person begin with, in the same bucket."""
    return f"person/{user_id}/"


class TurnQueueAttributes(NamedTuple):
    """Attributes of the FIFO queue between admission and the workers. Seconds."""

    visibility_seconds: int = 30
    heartbeat_seconds: int = 10
    max_receive_count: int = 50
    """High, because every deployment raises it; crashes are counted in the turn row instead."""
    retention_days: int = 4
    message_attributes: tuple[str, ...] = ("nation_slug", "conversation_id", "turn_id")


TURN_QUEUE: Final = TurnQueueAttributes()

HEARTBEAT_FILE: Final = "nat-heartbeat"
"""A worker that is well touches it at every heartbeat of its queue."""
HEARTBEAT_MINUTES: Final = 2
"""The age from which a worker is not well."""


class SocketAction(StrEnum):
    """Actions a client may send over the WebSocket; also the route keys of the API."""

    ASK = "ask"
    STOP = "stop"
    RESUME = "resume"
    PING = "ping"
    APPROVE = "approve"
    REJECT = "reject"
    RETRY = "retry"
    UNDO = "undo"
    EDIT = "edit"


STRIPE_WEBHOOK: Final = "POST /webhooks/stripe"
"""Public: Stripe's signature takes the authorizer's place."""


SLACK_EVENTS: Final = "POST /slack/events"
SLACK_COMMANDS: Final = "POST /slack/commands"
SLACK_INTERACTIONS: Final = "POST /slack/interactions"
"""Public: Slack's signature takes the authorizer's place."""
SLACK_CALLBACK: Final = "GET /slack/callback"
"""Public: where Slack sends an admin back to who installs the app. A single-use `state` and the cookie of the
browser that began take the authorizer's place."""
SLACK_PATHS: Final = "/slack/*"
"""All of them, for CloudFront."""


SITE_ASSETS: Final = "assets/"
"""Folder of the web app's parts, whose names hold a hash of what is in them."""
SITE_FOR_EVER: Final = "public, max-age=31536000, immutable"
"""How such parts are kept, by browsers and CloudFront."""

REPORTS_OFF: Final = "/v1/reports/off/{token}"
"""Public, `GET` and `POST`: ends somebody's weekly reports of a nation. The signed token takes the
authorizer's place."""


OAUTH_CALLBACK: Final = "GET /oauth/callback"
"""Public: where NationBuilder sends people back to. A signed, single-use `state` and the cookie of the
browser that began take the authorizer's place."""


class SlackQueueAttributes(NamedTuple):
    """Attributes of the FIFO queue to the function that talks to Slack. Seconds."""

    function_seconds: int = 50
    """The longest that the function takes for a batch."""
    visibility_seconds: int = 60
    """Longer than the function works on it: nobody else takes a message meanwhile."""
    max_receive_count: int = 12
    """Together with the visibility longer than an outage of Slack that people would not notice."""


SLACK_QUEUE: Final = SlackQueueAttributes()


class SocketRoute(StrEnum):
    """Route keys of the WebSocket API that are not a client's `SocketAction`."""

    CONNECT = "$connect"
    DISCONNECT = "$disconnect"
    DEFAULT = "$default"


class Bus(StrEnum):
    """Detail types on the event bus: what `connections` and `billing` announce."""

    NATION_CONNECTED = "nation.connected"
    NATION_NEEDS_REAUTH = "nation.needs_reauth"
    NATION_DISCONNECTED = "nation.disconnected"
    """An admin took NationBuilder away; nothing failed."""
    SUBSCRIPTION_CHANGED = "subscription.changed"
    PAYMENT_PROBLEM = "payment.problem"
    """A payment failed or waits for the payer; `kind` says which."""
    TRIAL_ENDING = "trial.ending"
    USAGE_WARNING = "usage.warning"
    FAIR_USE_EXCEEDED = "usage.fair_use"
    AUTOMATION_ENDED = "automation.ended"
    """A run of an automation came to its end; `run` names its row, which says how."""
    MEMBER_JOINED = "member.joined"
    """Somebody has joined by NationBuilder, or waits for an admin to let them in."""
    OWNERSHIP_CLAIMED = "ownership.claimed"
    """Somebody connected a nation whose owner only paid for it."""
    OWNERSHIP_PASSED = "ownership.passed"
    REFRESH_UNFINISHED = "refresh.unfinished"
    """The run of the refresh job ended before its work did; the next one goes on."""


NOTICES: Final = (
    Bus.NATION_CONNECTED,
    Bus.NATION_NEEDS_REAUTH,
    Bus.SUBSCRIPTION_CHANGED,
    Bus.PAYMENT_PROBLEM,
    Bus.TRIAL_ENDING,
    Bus.USAGE_WARNING,
    Bus.FAIR_USE_EXCEEDED,
    Bus.MEMBER_JOINED,
    Bus.OWNERSHIP_CLAIMED,
    Bus.OWNERSHIP_PASSED,
)
"""What people are told of (`nat.notices`)."""
AUTOMATION_EVENTS: Final = (Bus.AUTOMATION_ENDED, Bus.NATION_CONNECTED, Bus.SUBSCRIPTION_CHANGED)
"""What automations hear of: runs to be told of, and that a nation may be asked again."""
SES_SOURCE: Final = "aws.ses"
SES_BOUNCED: Final = "Email Bounced"
SES_COMPLAINED: Final = "Email Complaint Received"
"""Events that SES puts on the account's default bus (EventBridge reference, Amazon Simple Email Service)."""
BUS_SOURCE: Final = "nat"
METRICS_NAMESPACE: Final = "Nat"
METRICS_DIMENSION: Final = "environment"
"""The only dimension, with `NAT_ENVIRONMENT` as value. A nation is never one: each costs $0.30 a month and
metric. It goes into the log line."""


class Metric(StrEnum):
    """Figures that the worker writes into its log in CloudWatch's embedded metric format, once per turn."""

    TURNS_FINISHED = "TurnsFinished"
    TURNS_STOPPED = "TurnsStopped"
    TURNS_FAILED = "TurnsFailed"
    FIRST_TEXT = "FirstTextMilliseconds"
    """From admission to the first delta of the answer."""
    TURN_DURATION = "TurnMilliseconds"
    """From admission to the final event."""
    TURN_COST = "TurnCostMicros"
    """What the model calls of the turn cost, in micro-dollars."""
    FIGURES = "FiguresInAnswer"
    UNSUPPORTED_FIGURES = "UnsupportedFiguresInAnswer"
    """Those that stand in no tool's result and not in the question."""

    @property
    def unit(self) -> str:
        """CloudWatch's name of the unit. It has none for money."""
        if self in (Metric.FIRST_TEXT, Metric.TURN_DURATION):
            return "Milliseconds"
        return "None" if self is Metric.TURN_COST else "Count"


UNLIMITED: Final = 999_999
"""How an unlimited plan's query limit is stored."""
RETENTION_DAYS: Final = 365
"""How long a conversation is kept unless the nation sets less; the most that it may set."""
DECIDE_MINUTES: Final = 15
"""How long a proposal of a conversation waits, unless the nation sets another time."""
MOST_DECIDE_MINUTES: Final = 72 * 60
"""The most that a nation may set, and how long what an automation proposes waits."""
STREAM_PATH: Final = "/v1/stream"
"""Where the streaming host answers."""

MAX_MESSAGE_BYTES: Final = 32_768
"""Longest question in bytes of UTF-8. A WebSocket frame holds 32 KB, a message 128 KB."""
