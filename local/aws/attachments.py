"""Files of an email, which MiniStack 1.5.33 takes and forgets: they are kept below its text.

Of `POST /v2/email/outbound-emails` with `Content.Simple.Attachments` (botocore, SES v2 service model).
"""

import json
from base64 import b64decode
from typing import Any

from local.aws.bodies import json_object
from local.aws.senders import SENDING


def files_of(body: bytes) -> dict[str, str]:
    """The texts of the files of an email that is sent, by their names."""
    simple = json_object(body).get("Content", {}).get("Simple") or {}
    return {
        each["FileName"]: b64decode(each["RawContent"]).decode() for each in simple.get("Attachments", ())
    }


def install() -> None:
    """Let this process's MiniStack keep them: who reads the email finds each by its name."""
    from ministack.services import ses, ses_v2

    original = ses_v2.handle_request

    async def handle(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
        answer = await original(method, path, headers, body, query_params)
        if method == "POST" and path.rstrip("/") == SENDING and (files := files_of(body)):
            sent = json.loads(answer[2]).get("MessageId")
            for record in ses._sent_emails_list():
                if sent is not None and record["MessageId"] == sent:
                    shown = [f"\n\n--- {name} ---\n{text}" for name, text in files.items()]
                    record["BodyText"] += "".join(shown)
        return answer

    ses_v2.handle_request = handle
