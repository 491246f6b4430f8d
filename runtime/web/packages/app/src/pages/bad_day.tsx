/** Pages of bad days: nothing could be loaded, something broke, there is no such page. */
import { configuration } from "../brand.ts";
import { words } from "../language.ts";
import { Button, ButtonLink } from "../ui/button.tsx";

const w = words({
  en: {
    start: "This page could not start",
    startText: "Its settings could not be loaded. Check your network and try again.",
    again: "Try again",
    broken: "Something broke on this page",
    brokenText: "What you typed is kept. Load the page again to go on.",
    reload: "Load again",
    nothing: "There is no such page",
    nothingText: "The link may be old or mistyped.",
    home: "To the start",
  },
  de: {
    start: "Diese Seite konnte nicht starten",
    startText: "Ihre Einstellungen ließen sich nicht laden. Prüfe dein Netz und versuche es noch einmal.",
    again: "Noch einmal versuchen",
    broken: "Auf dieser Seite ist etwas kaputtgegangen",
    brokenText: "Was du geschrieben hast, bleibt. Lade die Seite neu, um weiterzumachen.",
    reload: "Neu laden",
    nothing: "Diese Seite gibt es nicht",
    nothingText: "Der Link ist vielleicht alt oder falsch geschrieben.",
    home: "Zum Anfang",
  },
});

export function StartFailed({ again }: { again: () => void }) {
  return (
    <main class="alone" role="alert">
      <h1>{w().start}</h1>
      <p>{w().startText}</p>
      <Button kind="primary" onClick={again}>
        {w().again}
      </Button>
    </main>
  );
}

export function BadDay() {
  return (
    <div class="alone" role="alert">
      <h1>{w().broken}</h1>
      <p>{w().brokenText}</p>
      <div class="actions">
        <Button kind="primary" onClick={() => location.reload()}>
          {w().reload}
        </Button>
        {configuration.value && <ButtonLink href="/">{w().home}</ButtonLink>}
      </div>
    </div>
  );
}

export function NothingHere() {
  return (
    <div class="alone">
      <h1>{w().nothing}</h1>
      <p>{w().nothingText}</p>
      <ButtonLink kind="primary" href="/">
        {w().home}
      </ButtonLink>
    </div>
  );
}
