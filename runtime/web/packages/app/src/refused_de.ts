/** What the platform says in German, with what only forms of the web app are refused with; loaded by whoever
 * speaks it. */
import "@nat/chat/german";
import { bringTable, type MessageKey } from "@nat/chat";

export const refusedDe: Readonly<Record<Extract<MessageKey, `form.${string}`>, string>> = {
  "form.no_delivery": "Sag, wohin die Antwort geht: per E-Mail oder nach Slack.",
  "form.deliveries": "Eine Antwort geht an höchstens {most|# Ort|# Orte}.",
  "form.no_recipient": "Sag, an wen es geht.",
  "form.automations": "Eine Nation hat höchstens {most|# Automation|# Automationen}. Lösche zuerst eine.",
  "form.delivery": "Eine Antwort geht per E-Mail oder nach Slack.",
  "form.empty": "{what}: Hier fehlt etwas.",
  "form.too_long": "{what}: Höchstens {most|# Zeichen|# Zeichen}.",
  "form.time": "Die Uhrzeit sieht aus wie 09:00.",
  "form.time_range": "Die Uhrzeit liegt zwischen 00:00 und 23:59.",
  "form.weekdays": "Wöchentlich braucht mindestens einen Wochentag.",
  "form.month_day": "Monatlich braucht einen Tag von 1 bis 28 oder den letzten.",
  "form.short_months":
    "Nicht jeder Monat hat einen {day}. Nimm einen Tag von 1 bis 28 oder den letzten des Monats.",
  "form.only_weekly": "Wochentage gibt es nur wöchentlich.",
  "form.only_monthly": "Einen Tag des Monats gibt es nur monatlich.",
  "form.rhythm":
    "Eine Automation läuft täglich, wöchentlich oder monatlich. Jede zweite Woche, alle 90 Minuten oder Feiertage gibt es nicht: Nimm das Nächste, und lass die Frage selbst sagen, was wegfällt.",
  "form.zone": "Eine Zeitzone „{zone}“ gibt es nicht. Nenn eine wie Europe/Berlin.",
  "form.slack_workspace": "Antworten gehen nur in Slack-Workspaces der Nation.",
  "form.members_only": "Antworten gehen nur an Mitglieder der Nation.",
  "form.address_refuses":
    "E-Mails an diese Adresse kommen zurück, also gehen keine an sie. Nimm eine andere.",
  "form.subject": "Der Betreff einer E-Mail ist eine Zeile.",
  "form.member_already": "Du gehörst schon zu dieser Nation.",
  "form.settings_busy":
    "Jemand anderes ändert gerade die Einstellungen. Sieh sie dir an und versuch es noch einmal.",
  "form.address": "Das ist keine Adresse einer Nation: Sie ist der Teil vor nationbuilder.com.",
  "form.not_member": "{person} gehört nicht zu dieser Nation.",
  "form.link_uses": "Ein Link lässt 1 bis {most|# Person|# Personen} hinein.",
  "form.invitations": "Eine Nation kann {most|# Mal|# Mal} am Tag einladen.",
  "form.span": "Der erste Tag liegt nicht nach dem letzten und höchstens {most|# Tag|# Tage} davor.",
  "form.report_too_large": "Das ist zu viel für eine Datei. Nimm weniger Tage.",
  "form.lift": "Was NationBuilder dir verwehrt, muss jemand anderes aus der Administration aufheben.",
  "form.owner_joins": "Niemand kommt als Eigentümer dazu; die Nation wird übertragen.",
  "form.owner_let_in":
    "Niemand wird als Eigentümer hineingelassen; die Nation wird an ein Mitglied übertragen.",
  "form.owner_becomes": "Die Nation gehört jemand anderem erst, wenn sie übertragen wird.",
  "form.owner_invited": "Niemand wird als Eigentümer eingeladen; die Nation wird an ein Mitglied übertragen.",
  "form.owner_already": "Diese Nation gehört dir schon.",
  "form.owns": "Dir gehört {nations}. Übertrage oder lösche die Nation zuerst.",
  "form.plan_already": "Diesen Tarif hat die Nation schon.",
  "form.plan_not_sold": "Der Tarif {plan} ist gerade nicht zu haben.",
  "form.no_checkout": "Die Bezahlseite kam nicht zustande. Bitte versuch es noch einmal.",
  "form.slack_denied": "Slack durfte die App nicht hinzufügen, es hat sich nichts geändert.",
  "form.slack_silent": "Slack antwortet nicht. Bitte versuch es noch einmal.",
  "form.question": "Frage",
  "form.email": "An diese E-Mail-Adresse lässt sich nicht schreiben.",
  "form.key_unproven":
    "Der Schlüssel ließ sich nicht ausprobieren, weil Anthropic gerade nicht richtig antwortet. Nichts wurde gespeichert; bitte versuch es in einer Minute noch einmal.",
  "form.key_refused":
    "Anthropic nimmt diesen Schlüssel nicht an. Kopier ihn noch einmal aus der Anthropic Console.",
  "form.key_no_credit":
    "Das Konto dieses Schlüssels hat kein Guthaben. Lade es in der Anthropic Console auf und versuch es noch einmal.",
  "form.key_limit":
    "Der Schlüssel stimmt, hat aber die Grenze erreicht, die sein Konto gesetzt hat. Heb sie in der Anthropic Console an, oder warte, bis sie neu beginnt.",
  "form.key_no_model":
    "Das Konto dieses Schlüssels hat keinen Zugang zum Modell, das hier benutzt wird ({model}).",
  "form.key_on_bedrock":
    "Claude läuft hier auf Amazon Bedrock, ein eigener Schlüssel lässt sich also nicht benutzen.",
  "form.no_key": "Das ist kein API-Schlüssel von Anthropic. Ein solcher beginnt mit `sk-ant-`.",
  "form.run_owner_left": "Wer sie angelegt hat, gehört nicht mehr zur Nation oder darf nicht fragen.",
  "form.run_subscription": "Die Nation hat kein laufendes Abo.",
  "form.run_connection": "NationBuilder ist nicht verbunden oder muss neu verbunden werden.",
  "form.run_limit":
    "Die Fragen der Nation, oder der Anteil der Person, die sie angelegt hat, sind verbraucht.",
  "form.run_paused": "Sie wurde gelöscht.",
  "form.run_not_asked": "Sie wurde nicht gefragt.",
};

bringTable("de", refusedDe);
