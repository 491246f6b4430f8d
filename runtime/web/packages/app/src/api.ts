/** The HTTP API as the app calls it: typed by its published description, and signed in. */
import { type components, createApi, NatError, unreachable, withSession } from "@nat/chat";
import { SignedOut } from "@nat/chat/session";
import { nation } from "./nation.ts";
import { sessions } from "./session/sign_in.ts";

export type Schemas = components["schemas"];

/** Who calls: the session's person, in the selected nation. */
export const caller = {
  nation: () => nation.value ?? undefined,
  userId: () => sessions.current.value?.user,
  token: async (renew: boolean) => {
    try {
      return await sessions.access(renew ? sessions.current.value?.access : undefined);
    } catch (error) {
      throw error instanceof SignedOut ? signedOut() : error;
    }
  },
};

const signedOut = () => new NatError({ code: "signed_out", message: "", retryable: false }, 401);

export const api = createApi("", withSession(caller));

/** Calls for a nation that need not be the selected one. */
export const inNation = (slug: string) => ({ headers: { "x-nat-nation-slug": slug } });

/** What a call answers. Raises `NatError` for whatever is no answer of the API's. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** Every failure as the one kind that pages know. What is answered by somebody else cannot be read. */
export function asNatError(error: unknown): NatError {
  if (error instanceof NatError) return error;
  if (error instanceof SyntaxError)
    return new NatError({ code: "unreadable", message: "", retryable: true }, 0);
  return unreachable();
}
