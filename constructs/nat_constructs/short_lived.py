"""For a process that lives for one synthesis: without the garbage collector it is a tenth faster.

Nothing that CDK makes is garbage before the end, and its modules define tens of thousands of classes. Import
this module before anything else.
"""

import gc

gc.disable()
