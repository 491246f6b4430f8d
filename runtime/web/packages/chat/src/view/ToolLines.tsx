/** What the agent looked up and changed: one quiet line each. */

import {
  Check,
  ChevronRight,
  CircleAlert,
  ExternalLink,
  LoaderCircle,
  RotateCcw,
  Undo2,
} from "lucide-preact";
import { useState } from "preact/hooks";
import type { ToolLine } from "../log.ts";
import { followable, type LinkRule } from "../markdown/links.ts";
import type { Conversation } from "../store/conversation.ts";
import { words } from "../words/chat.ts";
import { toldTool } from "../words/server.ts";
import { Records } from "./Records.tsx";

interface ToolLinesProps {
  readonly lines: readonly ToolLine[];
  readonly conversation: Conversation;
  readonly rule: LinkRule;
  readonly running: boolean;
}

/** So many lines stand open; an answer with more folds them once it is there. */
const OPEN = 3;

export function ToolLines({ lines, conversation, rule, running }: ToolLinesProps) {
  if (lines.length === 0) return null;
  const list = (
    <ul class="nat-tools">
      {lines.map((line) => (
        <Line key={line.call} line={line} conversation={conversation} rule={rule} />
      ))}
    </ul>
  );
  if (running || lines.length <= OPEN || lines.some((line) => line.change || line.retry || line.flagged))
    return list;
  return (
    <details class="nat-fold">
      <summary>
        <ChevronRight size={14} aria-hidden="true" />
        {words.value.steps(lines.length)}
      </summary>
      {list}
    </details>
  );
}

const ICONS = { running: LoaderCircle, done: Check, failed: CircleAlert };

function Line({ line, conversation, rule }: { line: ToolLine; conversation: Conversation; rule: LinkRule }) {
  const t = words.value;
  const [undoing, setUndoing] = useState(false);
  const Icon = ICONS[line.state];
  const links = line.links.filter((link) => followable(link.url, rule));
  const { change, retry } = line;
  const label = toldTool(line.tool, line.label, line.wording);
  return (
    <li class={`nat-tool nat-tool-${line.state}`} title={line.filter && t.covers(line.filter)}>
      <Icon size={14} aria-hidden="true" />
      <span>
        {label}
        <Count line={line} />
        {line.state === "failed" && <span class="nat-bad"> · {t.toolFailed}</span>}
        {line.state === "running" && <span class="nat-sr"> · {t.toolRunning}</span>}
      </span>
      {line.filter && <span class="nat-sr">{t.covers(line.filter)}</span>}
      {links.slice(0, 2).map((link) => (
        <a key={link.url} href={link.url} target="_blank" rel="noopener noreferrer" class="nat-show">
          <span title={link.label}>{link.label || t.showMe}</span>
          <ExternalLink size={12} aria-hidden="true" />
        </a>
      ))}
      {line.flagged && (
        <span class="nat-bad">{t.flagged(line.flagged.map((record) => record.label).join(", "))}</span>
      )}
      {change && (
        <button type="button" class="nat-link-button" onClick={() => setUndoing(true)}>
          <Undo2 size={13} aria-hidden="true" />
          {t.undo}
        </button>
      )}
      {retry && (
        <button
          type="button"
          class="nat-link-button"
          disabled={conversation.deciding.value.has(retry)}
          onClick={() => conversation.decide({ kind: "retryChange", change: retry })}
        >
          <RotateCcw size={13} aria-hidden="true" />
          {t.retryFailed}
        </button>
      )}
      {undoing && change && (
        <Records
          conversation={conversation}
          change={change}
          title={label}
          onClose={() => setUndoing(false)}
        />
      )}
    </li>
  );
}

function Count({ line }: { line: ToolLine }) {
  const t = words.value;
  const { returned, total, complete } = line;
  if (returned === undefined && total === undefined) return null;
  // A count alone returns no records, and is of all of them.
  const isCount = returned === 0 && total !== undefined;
  const whole =
    isCount || (complete !== false && (total === undefined || returned === undefined || returned >= total));
  return (
    <span class="nat-count">
      : {whole || returned === undefined ? t.toolAll(total ?? returned ?? 0) : t.toolSome(returned, total)}
    </span>
  );
}
