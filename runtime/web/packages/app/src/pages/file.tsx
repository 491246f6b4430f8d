/** A file that an answer made: links in answers and mails lead here, and only here is it fetched. */
import { FileDown } from "lucide-preact";
import { answer, api } from "../api.ts";
import { count } from "../format.ts";
import { words } from "../language.ts";
import { useRead } from "../server.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/states.tsx";

const w = words({
  en: {
    title: "File",
    rows: (n: string) => `${n} rows.`,
    partly: (rows: string, total: string) =>
      `${rows} of ${total} rows: there is more than fits into one file.`,
    partlyUnknown: (rows: string) => `The first ${rows} rows: there is more than fits into one file.`,
    get: "Download",
    note: "Only you can open this page. Files are kept for a day.",
    gone: "This file is not here",
    goneText: "Files are kept for a day, for whoever asked for them. Ask again to make it anew.",
    back: "Open the conversation",
  },
  de: {
    title: "Datei",
    rows: (n) => `${n} Zeilen.`,
    partly: (rows, total) => `${rows} von ${total} Zeilen: Es gibt mehr, als in eine Datei passt.`,
    partlyUnknown: (rows) => `Die ersten ${rows} Zeilen: Es gibt mehr, als in eine Datei passt.`,
    get: "Herunterladen",
    note: "Nur du kannst diese Seite öffnen. Dateien bleiben einen Tag.",
    gone: "Diese Datei ist nicht hier",
    goneText:
      "Dateien bleiben einen Tag, für die Person, die danach gefragt hat. Frag noch einmal, um sie neu zu erstellen.",
    back: "Unterhaltung öffnen",
  },
});

export default function File({ params }: { params: { conversation: string; file: string } }) {
  const read = useRead(
    ["file", params.conversation, params.file],
    () => answer(api.GET("/v1/conversations/{conversation}/files/{file}", { params: { path: params } })),
    // The address works for minutes only.
    { every: 10 * 60_000 },
  );
  const file = read.data;
  const back = <ButtonLink href={`/c/${params.conversation}`}>{w().back}</ButtonLink>;
  if (read.error?.status === 404) {
    return (
      <Page title={w().title} narrow>
        <Empty icon={<FileDown />} title={w().gone} action={back}>
          {w().goneText}
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={file?.name ?? w().title} narrow lead={w().note}>
      {read.error && <Failure error={read.error} again={read.again} />}
      {!file && !read.error && <Loading rows={2} />}
      {file && (
        <div class="stack">
          <p>
            {file.complete
              ? w().rows(count(file.rows))
              : file.total === null
                ? w().partlyUnknown(count(file.rows))
                : w().partly(count(file.rows), count(file.total))}
          </p>
          <div class="actions">
            <ButtonLink kind="primary" href={file.url} icon={<FileDown aria-hidden="true" />} away>
              {w().get}
            </ButtonLink>
            {back}
          </div>
        </div>
      )}
    </Page>
  );
}
