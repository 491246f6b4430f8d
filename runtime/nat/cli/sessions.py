"""The two ways of talking: through the platform, and with the agent in this process."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console
from ulid import ULID

from nat.cli import sign_in
from nat.cli.chat import Wanted
from nat.cli.decisions import Decision, PendingProposal
from nat.cli.platform import PlatformClient
from nat.cli.profile import Profile, SessionFile, SignInSession
from nat.cli.terminal import CommandFailed, Interrupt, clean
from nat.contract.events import Event
from nat.errors import Reconnect

if TYPE_CHECKING:
    from nat.cli.direct import DirectChat


class PlatformTalk:
    """A conversation on the platform. The last conversation with a nation is gone on with."""

    def __init__(self, client: PlatformClient, file: SessionFile, wanted: Wanted) -> None:
        self._client = client
        self._file = file
        self._nation = wanted.nation
        remembered = None if wanted.new else client.session.conversations.get(wanted.nation)
        self._conversation = wanted.conversation or remembered or str(ULID())

    def ask(self, question: str, show: Callable[[Event], None], stopped: Interrupt) -> None:
        """Ask, and show the turn's events."""
        self._remember()
        events = self._client.ask(self._nation, question, conversation=self._conversation, stop=stopped)
        for envelope in events:
            show(envelope.event)

    def decide(self, decision: Decision, show: Callable[[Event], None], stopped: Interrupt) -> None:
        """Send a decision, and show what comes of it."""
        for envelope in self._client.decide(self._nation, self._conversation, decision, stop=stopped):
            show(envelope.event)

    def waiting(self) -> list[PendingProposal]:
        """What waits in this conversation."""
        return self._client.waiting(self._nation, self._conversation)

    def begin_again(self) -> None:
        """Later questions belong to a new conversation."""
        self._conversation = str(ULID())

    def warning(self) -> str | None:
        """That the nation has to be connected anew. What cannot be read now, the first question says."""
        try:
            state = self._client.call("GET", "/v1/nation", self._nation)
        except CommandFailed:
            return None
        return Reconnect.default if state.get("nb_needs_reauth") is True else None

    def who(self) -> str | None:
        """The address of who is signed in, else their id."""
        try:
            me = self._client.call("GET", "/v1/me", self._nation)
        except CommandFailed:
            return None
        return clean(str(me.get("email") or me.get("user_id") or "")) or None

    def _remember(self) -> None:
        if self._client.session.conversations.get(self._nation) != self._conversation:
            self._client.session = self._client.session.in_conversation(self._nation, self._conversation)
            self._file.save(self._client.session)


class DirectTalk:
    """A conversation in this process."""

    def __init__(self, make: Callable[[], "DirectChat"]) -> None:
        self._make = make
        self._chat = make()

    def ask(self, question: str, show: Callable[[Event], None], stopped: Interrupt) -> None:
        """Ask, and show what the agent does."""
        self._chat.ask(question, show, stopped)

    def decide(self, decision: Decision, show: Callable[[Event], None], stopped: Interrupt) -> None:
        """Carry out what the person decided."""
        self._chat.decide(decision, show, stopped)

    def waiting(self) -> list[PendingProposal]:
        """None but those of this process, which the chat knows."""
        return []

    def warning(self) -> str | None:
        """Nothing: a token that does not work is said by the first question."""
        return None

    def who(self) -> str | None:
        """The token's own person, whom only NationBuilder knows."""
        return "the owner of the V2 token"

    def begin_again(self) -> None:
        """Forget what was said."""
        self._chat.close()
        self._chat = self._make()

    def close(self) -> None:
        """Close connections."""
        self._chat.close()


def session_of(profile: Profile, file: SessionFile, wanted: Wanted, console: Console) -> SignInSession:
    """The stored session, renewed if needed, else a new sign-in. Raises `CommandFailed`."""
    session = file.load()
    if session is not None:
        if session.is_fresh(datetime.now(UTC)):
            return session
        try:
            session = sign_in.refresh(profile, session)
        except sign_in.SessionEnded:
            file.forget()
        else:
            file.save(session)
            return session
    if not console.is_interactive:
        raise CommandFailed("You are not signed in. Run `nat chat` in a terminal to sign in first.")
    session = sign_in.sign_in(
        profile,
        browser=wanted.browser,
        show=lambda url: console.print(
            f"Sign in at:\n{url}\n", highlight=False, soft_wrap=True, markup=False
        ),
        paste=lambda: console.input("Paste the address that the browser ended up at: ", markup=False),
    )
    file.save(session)
    return session
