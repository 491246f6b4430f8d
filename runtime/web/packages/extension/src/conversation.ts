/** The script that shows conversations. It gives its parts to the panel that asked for it. */

import * as parts from "@nat/chat/conversation";

globalThis.natShared?.given?.(parts);
