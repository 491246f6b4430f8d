/** What is said when a call was refused or did not arrive: what happened, and a way on. */
import { byKey, type NatError } from "@nat/chat";
import { words } from "./language.ts";

const w = words({
  en: {
    unreachable: "No connection. Check your network; nothing you typed is lost.",
    unreadable: "The answer could not be read. Please try again.",
    internal: "Something went wrong on our side. Please try again in a moment.",
    signed_out: "You are signed out. Sign in to go on.",
    unauthenticated: "You are signed out. Sign in to go on.",
    forbidden: "You may not do this.",
    not_a_member: "You are not a member of this nation. Ask one of its admins to invite you.",
    role_insufficient: "Your role in this nation does not allow this. Ask an admin.",
    budget_reached:
      "You have used all the questions your admins gave you for this period. Ask an admin for more.",
    not_found: "This does not exist, or no longer.",
    bad_request: "This was not understood. Check what you entered.",
    member_unknown: "This person is not a member of your nation any more.",
    membership_error: "The members of this nation stay as they are.",
    owner_stays: "The owner cannot leave or be removed. Transfer the ownership first.",
    membership_changed: "The members have just been changed by somebody else. Look at them again.",
    invitation_invalid: "This invitation is not valid, or no longer. Ask for a new one.",
    invitation_for_other: "This invitation was sent to another email address. Sign in with that address.",
    seats_taken: "All seats of your nation's plan are taken. The owner can change the plan.",
    mail_not_sent: "The email could not be sent. Please try again in a minute.",
    subscription_required: "This nation has no active subscription.",
    subscription_inactive: "This nation has no active subscription.",
    nation_unknown: "This nation has no subscription yet.",
    limit_reached: "Your nation has used all questions of this period.",
    throttled: "That was too fast. Please wait a moment.",
    cooldown: "Please wait five seconds between questions.",
    nation_busy: "Your nation is asking a lot right now. Please try again in a minute.",
    conversation_busy:
      "The last question of this conversation is still being answered. Wait, or stop it first.",
    automation_changed: "Somebody has changed this automation meanwhile. Look at it again.",
    run_took_place: "This run took place, or is on its way.",
    approval_closed: "This was decided already.",
    approval_expired: "This proposal has expired, because the data may have changed since. Ask for it again.",
    approval_superseded: "A newer proposal has taken the place of this one.",
    approval_changed: "This is not what you were shown. Look at the proposal once more.",
    billing_error: "The subscription could not be changed.",
    already_subscribed: "This nation has a subscription already.",
    not_subscribed: "This nation has no subscription. Subscribe first.",
    plan_unknown: "This plan is not sold any more. Choose another one.",
    payment_declined: "The payment was declined, so nothing has changed. Update the card and try again.",
    quote_changed: "The amount is no longer the one you were shown. Look at it once more and confirm again.",
    billing_unavailable: "The payment service does not answer at the moment. Please try again in a minute.",
    not_connected: "NationBuilder did not complete this. Please begin again.",
    reconnect: "The connection to your NationBuilder is lost. An admin can connect it again.",
    nationbuilder_down: "NationBuilder does not answer properly at the moment. Please try again in a minute.",
    model_key_invalid: "Anthropic does not accept this key. It was not stored.",
    model_unavailable: "The AI service does not answer at the moment. Please try again in a minute.",
  },
  de: {
    unreachable: "Keine Verbindung. Prüfe dein Netz; was du geschrieben hast, geht nicht verloren.",
    unreadable: "Die Antwort war nicht lesbar. Bitte versuche es noch einmal.",
    internal: "Bei uns ist etwas schiefgegangen. Bitte versuche es gleich noch einmal.",
    signed_out: "Du bist abgemeldet. Melde dich an, um weiterzumachen.",
    unauthenticated: "Du bist abgemeldet. Melde dich an, um weiterzumachen.",
    forbidden: "Das darfst du nicht.",
    not_a_member:
      "Du gehörst nicht zu dieser Nation. Bitte jemanden aus ihrer Administration um eine Einladung.",
    role_insufficient: "Deine Rolle in dieser Nation erlaubt das nicht. Wende dich an die Administration.",
    budget_reached:
      "Du hast alle Fragen verbraucht, die dir für diesen Zeitraum zustehen. Bitte die Administration um mehr.",
    not_found: "Das gibt es nicht oder nicht mehr.",
    bad_request: "Das wurde nicht verstanden. Prüfe deine Eingabe.",
    member_unknown: "Diese Person gehört nicht mehr zu deiner Nation.",
    membership_error: "Die Mitglieder dieser Nation bleiben, wie sie sind.",
    owner_stays: "Wem die Nation gehört, kann nicht gehen. Übertrage sie zuerst.",
    membership_changed:
      "Die Mitglieder wurden gerade von jemand anderem geändert. Sieh sie dir noch einmal an.",
    invitation_invalid: "Diese Einladung gilt nicht oder nicht mehr. Bitte um eine neue.",
    invitation_for_other: "Diese Einladung ging an eine andere E-Mail-Adresse. Melde dich mit jener an.",
    seats_taken: "Alle Plätze im Tarif deiner Nation sind belegt. Wem sie gehört, kann den Tarif wechseln.",
    mail_not_sent: "Die E-Mail konnte nicht gesendet werden. Bitte versuche es in einer Minute noch einmal.",
    subscription_required: "Diese Nation hat kein laufendes Abo.",
    subscription_inactive: "Diese Nation hat kein laufendes Abo.",
    nation_unknown: "Diese Nation hat noch kein Abo.",
    limit_reached: "Deine Nation hat alle Fragen dieses Zeitraums verbraucht.",
    throttled: "Das war zu schnell. Bitte warte einen Moment.",
    cooldown: "Bitte warte fünf Sekunden zwischen zwei Fragen.",
    nation_busy: "Deine Nation fragt gerade sehr viel. Bitte versuche es in einer Minute noch einmal.",
    conversation_busy: "Die letzte Frage wird noch beantwortet. Warte oder halte sie an.",
    automation_changed: "Jemand hat diese Automation inzwischen geändert. Sieh sie dir noch einmal an.",
    run_took_place: "Dieser Lauf hat stattgefunden oder ist unterwegs.",
    approval_closed: "Das ist schon entschieden.",
    approval_expired:
      "Dieser Vorschlag ist abgelaufen, denn die Daten können sich geändert haben. Frag noch einmal.",
    approval_superseded: "Ein neuerer Vorschlag hat diesen ersetzt.",
    approval_changed: "Das ist nicht, was dir gezeigt wurde. Sieh dir den Vorschlag noch einmal an.",
    billing_error: "Das Abo konnte nicht geändert werden.",
    already_subscribed: "Diese Nation hat schon ein Abo.",
    not_subscribed: "Diese Nation hat kein Abo. Schließe zuerst eines ab.",
    plan_unknown: "Diesen Tarif gibt es nicht mehr. Wähle einen anderen.",
    payment_declined: "Die Zahlung wurde abgelehnt, es hat sich nichts geändert. Prüfe die Karte.",
    quote_changed: "Der Betrag ist nicht mehr der gezeigte. Sieh ihn dir noch einmal an.",
    billing_unavailable:
      "Der Zahlungsdienst antwortet gerade nicht. Bitte versuche es in einer Minute noch einmal.",
    not_connected: "NationBuilder hat das nicht abgeschlossen. Bitte fang noch einmal an.",
    reconnect: "Die Verbindung zu NationBuilder ist verloren. Die Administration kann sie neu herstellen.",
    nationbuilder_down:
      "NationBuilder antwortet gerade nicht richtig. Bitte versuche es in einer Minute noch einmal.",
    model_key_invalid: "Anthropic nimmt diesen Schlüssel nicht an. Er wurde nicht gespeichert.",
    model_unavailable: "Der KI-Dienst antwortet gerade nicht. Bitte versuche es in einer Minute noch einmal.",
  },
});

/** One sentence for a person, in their language: by its key where the server says more than the code does; for a
 * code that we do not know, what the server says. */
export function sentence(error: NatError): string {
  const known = w() as Readonly<Record<string, string>>;
  return byKey(error, known[error.code]) ?? (error.message || w().internal);
}
