"""What NationBuilder's V2 API cannot do at all: said at once, with the nearest thing that can be done."""

import re

from local.claude.brain.plan import Ask, Plan, intent, say


def _gap(*patterns: str, text: str) -> None:
    """Declare a gap."""

    def make(_ask: Ask, _match: re.Match[str]) -> Plan:
        return say(text)

    intent(*patterns)(make)


_START = (
    r"^(?:(?:please|can you|could you|i want to|i need to|we need to|help me|let us|let's|how do i|"
    r"how can i|then|and|now|also) )*"
)

_gap(
    _START
    + r"(?:send|write|shoot|blast) (?:an? |the |out |my |our )*(?:mass |bulk )?(?:email|emails|message|"
    r"messages|newsletter|mailing|text|texts|text message|sms|blast|email blast|reminder)\b",
    _START
    + r"(?:email|text|message|sms|call|mail) (?:everyone|everybody|all|my|our|the|every|people|them|this|"
    r"him|her|volunteers|donors|members)\b",
    text=(
        "I cannot send email or text messages: NationBuilder's API has no way to do that. I can find "
        "the people "
        "you mean, tag them or put them on a list, and you then send to that tag or list from "
        "**Communication** "
        "in NationBuilder."
    ),
)
_gap(
    _START + r"(?:email|text|sms|message) (?!addresses|address|lists?|stats|blasts?|messages?)\w+",
    text=(
        "I cannot send email or text messages: NationBuilder's API has no way to do that. I can show "
        "the person's "
        "record, where you can write to them, and log the contact afterwards."
    ),
)
_gap(
    r"\b(?:which|what) lists (?:is|are|does|do) .+ (?:on|in|belong(?:s)? to)$",
    text=(
        "I cannot tell which lists a person is on: NationBuilder's API lists the people of a list, not "
        "the lists of "
        "a person. Tell me a list and I check it."
    ),
)
_gap(
    r"\b(?:export|download)\b",
    r"\b(?:as|to|into) (?:a )?(?:csv|excel|spreadsheet)\b",
    text=(
        "I cannot run NationBuilder exports: its API has no way to do that. I can list or count the "
        "people, or "
        "put them on a list, which you can export from the control panel."
    ),
)
_gap(
    r"\b(?:import|upload)\b(?!.*\bimported\b)",
    text=(
        "I cannot import files: NationBuilder's API has no way to do that. Use **People → Import** in "
        "the control "
        "panel. I can add or update single people."
    ),
)
_gap(
    r"\b(?:merge|dedupe|deduplicate)\b",
    r"\bduplicates?\b(?! tags)",
    text=(
        "I cannot merge duplicates: NationBuilder's API has no way to do that. I can search by name or "
        "email to "
        "find the records and tag them, and you merge them in the control panel."
    ),
)
_gap(
    r"\brefunds?\b",
    _START + r"(?:charge|bill) (?!code)",
    r"\bcharge (?:his|her|their|the|this|a) (?:credit )?card\b",
    text=(
        "I cannot refund a donation or charge a card: NationBuilder's API has no way to do that. I can "
        "show the "
        "donation and record offline gifts; do the refund from the donation's page in the control panel."
    ),
)
_gap(
    r"\brecurring (?:donation|donor|gift|plan|payment)s?\b",
    r"\bmonthly (?:donor|giving|plan|donation|gift)s?\b",
    text=(
        "I cannot see or change recurring plans: NationBuilder's API does not offer them. I can list "
        "who donated "
        "in each of the last months, which shows who gives regularly."
    ),
)
_gap(
    r"\bsaved (?:filter|search)(?:s|es)?\b",
    text="I cannot use saved filters: NationBuilder's API does not offer them. Tell me the criteria in "
    "words and I search for them, or I use a list.",
)
_gap(
    r"\b(?:households?|turfs?|walk ?lists?|walk sheets?)\b",
    text="I cannot work with households or turf: NationBuilder's API does not offer them. I can find people "
    "by tag, list or custom field.",
)
_gap(
    r"\b(?:open|click|bounce|unsubscribe)(?:-through)? rates?\b",
    r"\bhow many (?:people )?(?:opened|clicked|unsubscribed|bounced)\b",
    r"\b(?:who|people) (?:opened|clicked|unsubscribed|bounced)\b",
    r"\b(?:email|mailing|blast) (?:stats|statistics|performance)\b",
    text="I cannot read mailing statistics such as opens or clicks: NationBuilder's API does not offer "
    "them. I can list your mailings with their subjects and when they were sent.",
)
_gap(
    r"\bpermission sets?\b",
    r"\b(?:control panel|admin|cp) (?:access|rights|permission|permissions)\b",
    r"\bmake \w+(?: \w+)? an? (?:admin|administrator|organizer)\b",
    text="I cannot change permission sets: NationBuilder's API has no way to do that. An admin can do it "
    "under **Settings → People** in the control panel.",
)
_gap(
    r"\binvoices?\b",
    text="I cannot read invoices: NationBuilder's API does not offer them. I can show donations and pledges.",
)
_gap(
    r"\bsoft credits?\b",
    text="I cannot handle soft credits: NationBuilder's API does not offer them. I can show who recruited a "
    "donor and the donation itself.",
)
_gap(
    r"\b(?:weather|joke|poem|recipe|stock price|bitcoin|capital of|translate|who won)\b",
    text="I can only help with your nation in NationBuilder. I can look up people, donations, events, tags, "
    "lists and more; try “who donated this week?”.",
)
