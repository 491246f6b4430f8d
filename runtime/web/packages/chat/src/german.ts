/** What the platform says in German, for whoever speaks it: others load nothing of it. */
import { bringTable } from "./words/chat.ts";
import { serverDe } from "./words/server_de.ts";

bringTable("de", serverDe);
