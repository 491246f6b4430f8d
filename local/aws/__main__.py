"""Run MiniStack as its own command does, with what Nat's policies need and it lacks.

python -m local.aws          settings come from the environment, as MiniStack's documentation says
"""

import sys

from ministack.app import main

from local.aws import (
    attachments,
    batch_actions,
    encryption_context,
    leading_keys,
    login_pages,
    long_polls,
    proven_addresses,
    schedules,
    senders,
    shared_code,
    suppressed,
    transport,
)

if __name__ == "__main__":
    attachments.install()
    batch_actions.install()
    encryption_context.install()
    leading_keys.install()
    login_pages.install()
    long_polls.install()
    proven_addresses.install()
    schedules.install()
    senders.install()
    shared_code.install()
    suppressed.install()
    transport.install()
    sys.exit(main())
