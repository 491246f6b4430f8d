"""Run MiniStack as its own command does, with `dynamodb:LeadingKeys` filled.

python -m local.aws          settings come from the environment, as MiniStack's documentation says
"""

import sys

from ministack.app import main

from local.aws.leading_keys import install

if __name__ == "__main__":
    install()
    sys.exit(main())
