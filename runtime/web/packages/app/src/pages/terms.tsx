/** The terms of the service, with fair use. A brand with terms of its own links to those instead. */
import { words } from "../language.ts";
import { TextPage } from "../shell/text_page.tsx";

const w = words({
  en: {
    title: "Terms",
    sections: [
      [
        "What {brand} does",
        [
          "{brand} answers questions about your nation from your NationBuilder and carries out changes that you ask for. It reads and writes through NationBuilder's own interface, as the person who connected it, and can do no more than that person.",
          "Answers are made by an AI model and can be wrong. Figures say what they cover and link to what reproduces them. Check what matters before you rely on it.",
        ],
      ],
      [
        "What waits for your yes",
        [
          "Changes to several records, deletions, and whatever sends a message wait until somebody with the right role approves exactly what is shown. A single change that can be taken back is done at once if you plainly said it.",
          "Whoever approves is responsible for the change. Most can be taken back for 30 days; where that is not possible, it is said before.",
        ],
      ],
      [
        "Subscription",
        [
          "The nation subscribes, not the person: everybody whom its admins let in may use it. It renews each month until the owner cancels it, and then runs to the end of the paid period.",
          "A plan with a number of questions stops there until the next period or a larger plan. A question that fails on our side is not counted.",
        ],
      ],
      [
        "Fair use",
        [
          "Unlimited plans are meant for people who work in a nation. Above 10,000 questions a month we get in touch before anything else happens.",
          "To protect everybody, one person can ask every five seconds and a nation 30 times a minute. Do not resell access, do not use it to build another data set, and do not try to get around its limits.",
        ],
      ],
      [
        "What is not allowed",
        [
          "Do not use {brand} to break the law, to deceive voters or donors, to harass people, or to decide about people without a human looking. The usage policies of NationBuilder and of the AI provider apply as well.",
          "Your admins can make the rules stricter in the settings.",
        ],
      ],
      [
        "Ending",
        [
          "You can export and delete your data at any time, also without a subscription. We may suspend a nation that breaks these terms, and say why.",
          "Questions: {email}.",
        ],
      ],
    ],
  },
  de: {
    title: "Nutzungsbedingungen",
    sections: [
      [
        "Was {brand} tut",
        [
          "{brand} beantwortet Fragen zu deiner Nation aus eurem NationBuilder und führt Änderungen aus, um die du bittest. Gelesen und geschrieben wird über NationBuilders eigene Schnittstelle, als die Person, die verbunden hat, und nie mit mehr Rechten als sie.",
          "Antworten stammen von einem KI-Modell und können falsch sein. Zahlen sagen, was sie umfassen, und verweisen auf ihre Quelle. Prüfe, was wichtig ist, bevor du dich darauf verlässt.",
        ],
      ],
      [
        "Was auf dein Ja wartet",
        [
          "Änderungen an mehreren Einträgen, Löschungen und alles, was Nachrichten sendet, warten, bis jemand mit der passenden Rolle genau das Gezeigte freigibt. Eine einzelne Änderung, die sich zurücknehmen lässt, geschieht sofort, wenn du sie klar gesagt hast.",
          "Wer freigibt, verantwortet die Änderung. Die meisten lassen sich 30 Tage lang zurücknehmen; wo das nicht geht, wird es vorher gesagt.",
        ],
      ],
      [
        "Abo",
        [
          "Die Nation schließt das Abo ab, nicht die Person: Alle, die ihre Administration zulässt, dürfen es nutzen. Es verlängert sich monatlich, bis es gekündigt wird, und läuft dann bis zum Ende des bezahlten Zeitraums.",
          "Ein Tarif mit einer Zahl von Fragen hält dort an, bis der nächste Zeitraum beginnt oder ein größerer Tarif gilt. Eine Frage, die bei uns scheitert, zählt nicht.",
        ],
      ],
      [
        "Faire Nutzung",
        [
          "Unbegrenzte Tarife sind für Menschen gedacht, die in einer Nation arbeiten. Über 10.000 Fragen im Monat melden wir uns, bevor irgendetwas anderes geschieht.",
          "Zum Schutz aller kann eine Person alle fünf Sekunden fragen und eine Nation 30-mal in der Minute. Verkaufe den Zugang nicht weiter, baue damit keine andere Datensammlung auf und umgehe die Grenzen nicht.",
        ],
      ],
      [
        "Was nicht erlaubt ist",
        [
          "Nutze {brand} nicht, um Gesetze zu brechen, Wählende oder Spendende zu täuschen, Menschen zu belästigen oder über Menschen zu entscheiden, ohne dass ein Mensch hinsieht. Die Richtlinien von NationBuilder und des KI-Anbieters gelten ebenfalls.",
          "Eure Administration kann die Regeln in den Einstellungen strenger machen.",
        ],
      ],
      [
        "Ende",
        [
          "Du kannst deine Daten jederzeit exportieren und löschen, auch ohne Abo. Eine Nation, die gegen diese Bedingungen verstößt, können wir sperren und sagen dann, warum.",
          "Fragen: {email}.",
        ],
      ],
    ],
  },
});

export default function Terms() {
  return <TextPage text={w()} />;
}
