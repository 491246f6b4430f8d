/** Last: the extension, for asking beside the control panel. */
import { brand, config } from "../brand.ts";
import { words } from "../language.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Steps } from "./steps.tsx";

const w = words({
  en: {
    title: (name: string) => `Install ${name}`,
    lead: "Ask beside the page you work on, about the person or list on your screen.",
    steps: [
      "Add it to Chrome, Edge or another browser of that family.",
      "Open your control panel. A button appears at the lower right, or press Ctrl or ⌘ + K.",
      "Sign in with the account that you have now.",
    ],
    add: "Add to Chrome",
    package: "Download the package",
    packageText:
      "It is not in the Chrome Web Store yet. Unpack it, open chrome://extensions, turn on developer mode and choose “Load unpacked”.",
    soon: "It cannot be installed from here yet.",
    later: "Go on without it",
  } as const,
  de: {
    title: (name: string) => `${name} installieren`,
    lead: "Frag neben der Seite, an der du arbeitest, nach der Person oder Liste auf deinem Bildschirm.",
    steps: [
      "Füge sie Chrome, Edge oder einem verwandten Browser hinzu.",
      "Öffne dein Control Panel. Unten rechts erscheint ein Knopf, oder drücke Strg oder ⌘ + K.",
      "Melde dich mit dem Konto an, das du jetzt hast.",
    ],
    add: "Zu Chrome hinzufügen",
    package: "Paket herunterladen",
    packageText:
      "Sie ist noch nicht im Chrome Web Store. Entpacke sie, öffne chrome://extensions, schalte den Entwicklermodus ein und wähle „Entpackte Erweiterung laden“.",
    soon: "Von hier aus lässt sie sich noch nicht installieren.",
    later: "Ohne sie weitermachen",
  } as const,
});

export default function Extension() {
  const { extension: store, package: packed } = config().links;
  return (
    <Steps title={w().title(brand().extensionName)} step={null} lead={w().lead}>
      <ol class="numbered">
        {w().steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {!store && <p class="hint">{packed ? w().packageText : w().soon}</p>}
      <div class="actions">
        {store ? (
          <ButtonLink kind="primary" href={store} away>
            {w().add}
          </ButtonLink>
        ) : (
          packed && (
            <ButtonLink kind="primary" href={packed} download>
              {w().package}
            </ButtonLink>
          )
        )}
        <ButtonLink href="/">{w().later}</ButtonLink>
      </div>
    </Steps>
  );
}
