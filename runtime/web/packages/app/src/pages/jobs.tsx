/** Exports and deletions: begun here, carried out by the server, looked at until they are done. */
import { useSignal } from "@preact/signals";
import { Download } from "lucide-preact";
import { answer, api, type Schemas } from "../api.ts";
import { count } from "../format.ts";
import { words } from "../language.ts";
import { meChanged } from "../me.ts";
import { navigate } from "../navigate.ts";
import { useDoing, useRead } from "../server.ts";
import { signOut } from "../session/sign_in.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Failure, Problem } from "../ui/states.tsx";

const w = words({
  en: {
    working: "It is being made. You can leave this page; look here again for the file.",
    counted: (n: string) => `${n} rows so far.`,
    fetch: "Download the export",
    fetchText: "The link works for 15 minutes, the file is kept for a day.",
  },
  de: {
    working: "Es wird erstellt. Du kannst die Seite verlassen und hier wieder nachsehen.",
    counted: (n) => `Bisher ${n} Zeilen.`,
    fetch: "Export herunterladen",
    fetchText: "Der Link gilt 15 Minuten, die Datei bleibt einen Tag.",
  },
});

const LOOK = 2000;

type Job = Schemas["Job"];

interface ExportProps {
  text: string;
  action: string;
  begin: () => Promise<Job>;
}

export function Export({ text, action, begin }: ExportProps) {
  const job = useSignal<string | null>(null);
  const start = useDoing(async () => {
    job.value = (await begin()).job;
  });
  return (
    <div class="stack">
      <p>{text}</p>
      {job.value ? (
        <Progress job={job.value} />
      ) : (
        <div class="actions">
          <Button icon={<Download aria-hidden="true" />} busy={start.busy} onClick={() => void start.run()}>
            {action}
          </Button>
        </div>
      )}
      <Problem error={start.error} />
    </div>
  );
}

function Progress({ job }: { job: string }) {
  const done = useSignal(false);
  const read = useRead(
    ["privacy", job],
    async () => {
      const found = await answer(api.GET("/v1/privacy/{job}", { params: { path: { job } } }));
      done.value = found.state === "done";
      return found;
    },
    { every: done.value ? undefined : LOOK },
  );
  if (read.error) return <Failure error={read.error} again={read.again} />;
  const rows = Object.values(read.data?.counts ?? {}).reduce((sum, each) => sum + each, 0);
  if (!read.data?.url) {
    return (
      <p class="note" role="status">
        {w().working} {rows > 0 && w().counted(count(rows))}
      </p>
    );
  }
  return (
    <div class="actions">
      <ButtonLink kind="primary" href={read.data.url} away>
        {w().fetch}
      </ButtonLink>
      <span class="quiet">{w().fetchText}</span>
    </div>
  );
}

interface DeletionProps {
  text: string;
  action: string;
  consequences: readonly string[];
  /** What has to be typed. */
  word: string;
  begin: () => Promise<Job>;
  /** Whether the person themself is gone afterwards. */
  farewell?: boolean;
}

export function Deletion({ text, action, consequences, word, begin, farewell = false }: DeletionProps) {
  const asking = useSignal(false);
  const remove = async () => {
    await begin();
    if (farewell) return signOut();
    await meChanged();
    navigate("/");
  };
  return (
    <div class="stack">
      <p>{text}</p>
      <div class="actions">
        <Button kind="danger" onClick={() => (asking.value = true)}>
          {action}
        </Button>
      </div>
      {asking.value && (
        <Confirm
          title={`${action}?`}
          action={action}
          danger
          word={word}
          onConfirm={remove}
          onClose={() => (asking.value = false)}
        >
          <p>{text}</p>
          <ul class="consequences">
            {consequences.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </Confirm>
      )}
    </div>
  );
}
