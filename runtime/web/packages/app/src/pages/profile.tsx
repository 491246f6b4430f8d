/** The person: how the app looks and speaks, their own data, and the way out. */
import { LogOut } from "lucide-preact";
import { answer, api } from "../api.ts";
import { brand } from "../brand.ts";
import { chooseLanguage, LANGUAGE_NAMES, type Language, language, words } from "../language.ts";
import { useMe } from "../me.ts";
import { signOut } from "../session/sign_in.ts";
import { SmallPrint } from "../shell/public.tsx";
import { shellWords } from "../shell/words.ts";
import { chooseTheme, type Theme, theme } from "../theme.ts";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/field.tsx";
import { Facts, Page, Section } from "../ui/page.tsx";
import { Answered } from "../ui/states.tsx";
import { Deletion, Export } from "./jobs.tsx";

const w = words({
  en: {
    title: "Profile",
    email: "Email",
    noEmail: "Not known: your sign-in does not prove an address.",
    nations: "Nations",
    look: "Appearance",
    language: "Language",
    theme: "Colours",
    themes: { system: "As the system has it", light: "Light", dark: "Dark" },
    data: "Your data",
    exportText:
      "Everything kept about you in every nation, as a file: what you asked, your memberships, your usage.",
    export: "Export my data",
    removeText: (brand: string) => `Deletes your ${brand} account at once and for good.`,
    remove: "Delete my account",
    consequences: [
      "Your conversations in every nation are deleted. Your figures stay in each nation's sum, without your name.",
      "You leave every nation. Whoever owns a nation hands it on or deletes it first.",
      "Audit logs keep an id that nobody can resolve any more.",
    ],
    out: "Sign out",
  },
  de: {
    title: "Profil",
    email: "E-Mail",
    noEmail: "Unbekannt: Deine Anmeldung belegt keine Adresse.",
    nations: "Nationen",
    look: "Darstellung",
    language: "Sprache",
    theme: "Farben",
    themes: { system: "Wie das System", light: "Hell", dark: "Dunkel" },
    data: "Deine Daten",
    exportText:
      "Alles, was über dich in allen Nationen aufbewahrt wird, als Datei: was du gefragt hast, deine Mitgliedschaften, dein Verbrauch.",
    export: "Meine Daten exportieren",
    removeText: (brand) => `Löscht dein Konto bei ${brand} sofort und endgültig.`,
    remove: "Mein Konto löschen",
    consequences: [
      "Deine Unterhaltungen in allen Nationen werden gelöscht. Deine Zahlen bleiben in der Summe jeder Nation, ohne deinen Namen.",
      "Du verlässt alle Nationen. Wem eine Nation gehört, überträgt oder löscht sie zuerst.",
      "Protokolle behalten eine Kennung, die niemand mehr auflösen kann.",
    ],
    out: "Abmelden",
  },
});

export default function Profile() {
  const me = useMe();
  return (
    <Page
      title={w().title}
      narrow
      actions={
        <Button icon={<LogOut aria-hidden="true" />} onClick={() => void signOut()}>
          {w().out}
        </Button>
      }
    >
      <Answered read={me} rows={2}>
        {(person) => (
          <Facts
            rows={[
              [w().email, person.email ?? w().noEmail],
              [
                w().nations,
                person.memberships
                  .map((each) => `${each.nation_slug} (${shellWords().roles[each.role]})`)
                  .join(", "),
              ],
            ]}
          />
        )}
      </Answered>
      <Section title={w().look}>
        <div class="grid">
          <SelectField
            label={w().language}
            value={language.value}
            choices={Object.entries(LANGUAGE_NAMES).map(([value, label]) => ({
              value: value as Language,
              label,
            }))}
            onChange={chooseLanguage}
          />
          <SelectField
            label={w().theme}
            value={theme.value}
            choices={(["system", "light", "dark"] as const).map((value: Theme) => ({
              value,
              label: w().themes[value],
            }))}
            onChange={chooseTheme}
          />
        </div>
      </Section>
      <Section title={w().data} danger>
        <Export text={w().exportText} action={w().export} begin={() => answer(api.POST("/v1/me/export"))} />
        <Deletion
          text={w().removeText(brand().name)}
          action={w().remove}
          consequences={w().consequences}
          word="delete"
          farewell
          begin={() => answer(api.DELETE("/v1/me", { body: { confirm: "delete" } }))}
        />
      </Section>
      <SmallPrint />
    </Page>
  );
}
