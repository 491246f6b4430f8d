/** Where the login page sends people back to. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../language.ts";
import { navigate } from "../navigate.ts";
import { completeSignIn, SignInFailed, signIn } from "../session/sign_in.ts";
import { PublicPage } from "../shell/public.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Loading } from "../ui/states.tsx";

const w = words({
  en: {
    title: "Signing in",
    failed: "You are not signed in",
    denied: "The sign-in was cancelled. You can begin again at any time.",
    stale: "This sign-in was begun in another tab, or too long ago. Begin again here.",
    storage:
      "Your browser does not let this page remember anything, so a sign-in cannot be completed. Allow cookies and site data for this page, then try again.",
    refused: "The sign-in was not accepted. Please begin again.",
    network:
      "The sign-in could not be completed, because nothing answered. Check your network and try again.",
    again: "Sign in",
    home: "To the start",
  },
  de: {
    title: "Anmeldung",
    failed: "Du bist nicht angemeldet",
    denied: "Die Anmeldung wurde abgebrochen. Du kannst jederzeit neu anfangen.",
    stale:
      "Diese Anmeldung wurde in einem anderen Tab begonnen oder ist zu lange her. Fang hier noch einmal an.",
    storage:
      "Dein Browser lässt diese Seite sich nichts merken, darum lässt sich keine Anmeldung abschließen. Erlaube Cookies und Websitedaten für diese Seite und versuche es noch einmal.",
    refused: "Die Anmeldung wurde nicht angenommen. Bitte fang noch einmal an.",
    network:
      "Die Anmeldung ließ sich nicht abschließen, weil nichts geantwortet hat. Prüfe dein Netz und versuche es noch einmal.",
    again: "Anmelden",
    home: "Zum Anfang",
  },
});

export default function Callback() {
  const failed = useSignal<SignInFailed["reason"] | "network" | null>(null);
  const begun = useRef(false);
  useEffect(() => {
    // A code is good for one use.
    if (begun.current) return;
    begun.current = true;
    completeSignIn(new URL(location.href)).then(
      (back) => navigate(back, { replace: true }),
      (error: unknown) => {
        failed.value = error instanceof SignInFailed ? error.reason : "network";
      },
    );
  }, []);
  return (
    <PublicPage title={w().title}>
      {failed.value === null ? (
        <Loading rows={2} />
      ) : (
        <div class="alone" role="alert">
          <h1>{w().failed}</h1>
          <p>{w()[failed.value]}</p>
          <div class="actions">
            <Button kind="primary" onClick={() => void signIn("/")}>
              {w().again}
            </Button>
            <ButtonLink href="/">{w().home}</ButtonLink>
          </div>
        </div>
      )}
    </PublicPage>
  );
}
