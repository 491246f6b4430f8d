/** What is kept about people, where, and for how long. A brand with a page of its own links to that instead. */
import { words } from "../language.ts";
import { TextPage } from "../shell/text_page.tsx";

const w = words({
  en: {
    title: "Privacy",
    sections: [
      [
        "What is kept",
        [
          "Your account: email address and an id. Your memberships and roles. Your conversations: questions, answers, proposals and what became of them, kept for 365 days unless your nation sets less.",
          "For each nation: its settings, its subscription, how many questions who asked on which day, and an audit log of connections, changes, approvals, roles and billing.",
          "Records of your nation are read from NationBuilder when an answer needs them. What an answer says of them is part of the conversation; files that you ask for are kept for a day.",
        ],
      ],
      [
        "Who sees it",
        [
          "Your conversations are yours: nobody else of the nation can read them. Admins see proposals that wait for a decision, usage figures and the audit log.",
          "To answer, your question and the records that it needs go to the AI provider, which does not train on them. Payments are handled by Stripe, which alone has your card.",
          "This page loads nothing from anybody else: no trackers, no fonts, no analytics.",
        ],
      ],
      [
        "How it is protected",
        [
          "Everything is encrypted in transit and at rest. While a question of one nation is answered, the process can reach only that nation's rows and secrets.",
          "Access to NationBuilder is kept apart, encrypted, renewed by itself, and taken back when you disconnect.",
        ],
      ],
      [
        "Your choices",
        [
          "In your profile you can export everything about you, or delete your account. The owner of a nation can do the same for the nation. Both work without a subscription.",
          "This browser keeps your session, drafts, language and colours. Signing out removes the session.",
          "Questions, and requests about your data: {email}.",
        ],
      ],
    ],
  },
  de: {
    title: "Datenschutz",
    sections: [
      [
        "Was aufbewahrt wird",
        [
          "Dein Konto: E-Mail-Adresse und eine Kennung. Deine Mitgliedschaften und Rollen. Deine Unterhaltungen: Fragen, Antworten, Vorschläge und was aus ihnen wurde, 365 Tage lang, wenn deine Nation nicht weniger festlegt.",
          "Zu jeder Nation: ihre Einstellungen, ihr Abo, wie viele Fragen wer an welchem Tag gestellt hat, und ein Protokoll von Verbindungen, Änderungen, Freigaben, Rollen und Abrechnung.",
          "Einträge deiner Nation werden aus NationBuilder gelesen, wenn eine Antwort sie braucht. Was eine Antwort davon sagt, gehört zur Unterhaltung; Dateien, um die du bittest, bleiben einen Tag.",
        ],
      ],
      [
        "Wer es sieht",
        [
          "Deine Unterhaltungen gehören dir: Niemand sonst in der Nation kann sie lesen. Die Administration sieht Vorschläge, die auf eine Entscheidung warten, Verbrauchszahlen und das Protokoll.",
          "Für eine Antwort gehen deine Frage und die nötigen Einträge an den KI-Anbieter, der damit nicht trainiert. Zahlungen wickelt Stripe ab, das allein deine Karte kennt.",
          "Diese Seite lädt nichts von anderen: keine Tracker, keine Schriften, keine Analyse.",
        ],
      ],
      [
        "Wie es geschützt ist",
        [
          "Alles ist unterwegs und gespeichert verschlüsselt. Während eine Frage einer Nation beantwortet wird, erreicht der Prozess nur Zeilen und Geheimnisse dieser Nation.",
          "Der Zugang zu NationBuilder wird getrennt und verschlüsselt aufbewahrt, von selbst erneuert und zurückgegeben, wenn du trennst.",
        ],
      ],
      [
        "Deine Wahl",
        [
          "Im Profil kannst du alles über dich exportieren oder dein Konto löschen. Wem eine Nation gehört, kann dasselbe für die Nation. Beides geht ohne Abo.",
          "Dieser Browser merkt sich deine Sitzung, Entwürfe, Sprache und Farben. Abmelden entfernt die Sitzung.",
          "Fragen und Anliegen zu deinen Daten: {email}.",
        ],
      ],
    ],
  },
});

export default function Privacy() {
  return <TextPage text={w()} />;
}
