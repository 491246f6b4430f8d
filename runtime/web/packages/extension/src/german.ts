/** The script that says in German what the platform says. */

import "@nat/chat/german";
