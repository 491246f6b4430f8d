/** What the panel says besides the chat. */

import { table } from "@nat/chat";

const en = {
  open: (brand: string) => `Open ${brand}`,
  history: "Conversations",
  newConversation: "New conversation",
  maximise: "Maximise",
  restore: "Restore size",
  minimise: "Minimise",
  close: "Close",
  move: "Move the panel with the arrow keys; with Shift they change its size",
  back: "Back",
  signIn: "Sign in",
  signingIn: "A window for signing in is open…",
  signInFailed: "The sign-in did not complete. Please try again.",
  signOut: "Sign out",
  signInText: (nation: string) => `Sign in to ask about the nation ${nation}.`,
  unreachable: (brand: string) => `${brand} cannot be reached at the moment.`,
  tryAgain: "Try again",
  subscribeTitle: "Subscribe your nation",
  subscribeText: (nation: string, brand: string) => `The nation ${nation} does not have ${brand} yet.`,
  subscribe: "Subscribe your nation",
  strangerText: (nation: string, brand: string) =>
    `If the nation ${nation} has ${brand} already, join it with your NationBuilder account. Otherwise subscribe it.`,
  notMemberTitle: "You are not a member yet",
  notMemberText: (nation: string) =>
    `The nation ${nation} is subscribed. Join it with your NationBuilder account, or ask one of its admins to invite you.`,
  join: "Join this nation",
  connectTitle: "Connect NationBuilder",
  connectText: (nation: string) =>
    `The nation ${nation} is subscribed, and not connected to NationBuilder yet.`,
  connect: "Connect NationBuilder",
  lostAccess: (brand: string) => `${brand} lost access to your NationBuilder.`,
  reconnect: "Reconnect",
  updated: (brand: string) => `${brand} was updated. Reload this page to go on; what you typed is kept.`,
  reload: "Reload page",
  loading: "Loading…",
  suggestions: {
    person: ["Summarise this person", "What did they donate this year?", "Which events have they been to?"],
    list: ["Who is on this list?", "How many of them donated?", "Who of them has no email address?"],
    event: [
      "Who has RSVPed?",
      "Who came last time and has not RSVPed?",
      "Remind those who have not answered",
    ],
    page: ["What is this page for?", "How many people signed up here?"],
    donation: ["Who gave this, and how often before?", "Thank the donor"],
    other: ["Who donated this week?", "How many people signed up this month?", "Which events are coming up?"],
  },
};

const de: typeof en = {
  open: (brand) => `${brand} öffnen`,
  history: "Unterhaltungen",
  newConversation: "Neue Unterhaltung",
  maximise: "Maximieren",
  restore: "Größe zurücksetzen",
  minimise: "Minimieren",
  close: "Schließen",
  move: "Das Fenster mit den Pfeiltasten bewegen; mit der Umschalttaste ändern sie die Größe",
  back: "Zurück",
  signIn: "Anmelden",
  signingIn: "Ein Fenster zum Anmelden ist offen …",
  signInFailed: "Die Anmeldung wurde nicht abgeschlossen. Bitte versuch es noch einmal.",
  signOut: "Abmelden",
  signInText: (nation) => `Melde dich an, um zur Nation ${nation} zu fragen.`,
  unreachable: (brand) => `${brand} ist gerade nicht erreichbar.`,
  tryAgain: "Noch einmal versuchen",
  subscribeTitle: "Abo für eure Nation",
  subscribeText: (nation, brand) => `Die Nation ${nation} hat ${brand} noch nicht.`,
  subscribe: "Abo abschließen",
  strangerText: (nation, brand) =>
    `Hat die Nation ${nation} ${brand} schon, tritt ihr mit deinem NationBuilder-Konto bei. Sonst schließe ein Abo ab.`,
  notMemberTitle: "Du gehörst noch nicht dazu",
  notMemberText: (nation) =>
    `Die Nation ${nation} hat ein Abo. Tritt mit deinem NationBuilder-Konto bei oder bitte jemanden aus der Verwaltung um eine Einladung.`,
  join: "Dieser Nation beitreten",
  connectTitle: "NationBuilder verbinden",
  connectText: (nation) => `Die Nation ${nation} hat ein Abo und ist noch nicht mit NationBuilder verbunden.`,
  connect: "NationBuilder verbinden",
  lostAccess: (brand) => `${brand} hat keinen Zugang mehr zu eurem NationBuilder.`,
  reconnect: "Neu verbinden",
  updated: (brand) =>
    `${brand} wurde aktualisiert. Lade die Seite neu; was du geschrieben hast, bleibt erhalten.`,
  reload: "Seite neu laden",
  loading: "Lädt …",
  suggestions: {
    person: [
      "Fass diese Person zusammen",
      "Was hat sie dieses Jahr gespendet?",
      "Auf welchen Veranstaltungen war sie?",
    ],
    list: [
      "Wer steht auf dieser Liste?",
      "Wie viele davon haben gespendet?",
      "Wer davon hat keine E-Mail-Adresse?",
    ],
    event: [
      "Wer hat zugesagt?",
      "Wer war letztes Mal da und hat noch nicht zugesagt?",
      "Erinnere alle, die nicht geantwortet haben",
    ],
    page: ["Wofür ist diese Seite?", "Wie viele haben sich hier eingetragen?"],
    donation: ["Wer hat das gespendet, und wie oft vorher?", "Bedank dich bei der Person"],
    other: [
      "Wer hat diese Woche gespendet?",
      "Wie viele haben sich diesen Monat eingetragen?",
      "Welche Veranstaltungen stehen an?",
    ],
  },
};

export const words = table({ en, de });
