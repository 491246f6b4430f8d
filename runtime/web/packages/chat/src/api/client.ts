/** Calls of the HTTP API, typed by its published description. */

import createClient, { type Client } from "openapi-fetch";
import { learnServerTime } from "../clock.ts";
import { errorOf, NatError, unreachable } from "./errors.ts";
import type { paths } from "./schema.ts";

/** An operation without the headers that select person and nation: those are set for every call. */
type Selected<Operation> = Operation extends { parameters: infer Parameters }
  ? Omit<Operation, "parameters"> & { parameters: Omit<Parameters, "header"> & { header?: never } }
  : Operation;

/** What the description says of each path, for callers who have selected a nation. */
type SelectedPaths = {
  [Path in keyof paths]: { [Method in keyof paths[Path]]: Selected<paths[Path][Method]> };
};

export type Api = Client<SelectedPaths>;
export type Send = (request: Request) => Promise<Response>;

/** Who calls. `token` gives a fresh access token, and with `renew` another one than the platform has refused. */
export interface Caller {
  readonly nation: () => string | undefined;
  readonly userId: () => string | undefined;
  readonly token: (renew: boolean) => Promise<string>;
}

/**
 * A typed client whose requests `send` carries out. It throws `NatError` for whatever is not 2xx, so `data` is
 * always there.
 */
export function createApi(base: string, send: Send): Api {
  return createClient<SelectedPaths>({ baseUrl: base, fetch: (request) => checked(send, request) });
}

async function checked(send: Send, request: Request): Promise<Response> {
  const answer = await send(request).catch((error: unknown) => {
    throw error instanceof NatError ? error : unreachable();
  });
  learnServerTime(answer.headers.get("date"), Date.now());
  if (answer.ok) return answer;
  throw errorOf(answer.status, await answer.json().catch(() => null), answer.headers.get("retry-after"));
}

/** Sends requests with the session and the selected nation; once more with a new token if the first is refused. */
export function withSession(caller: Caller): Send {
  return async (request) => {
    const again = request.clone();
    const answer = await dressed(caller, request, false);
    return answer.status === 401 ? dressed(caller, again, true) : answer;
  };
}

async function dressed(caller: Caller, request: Request, renew: boolean): Promise<Response> {
  request.headers.set("authorization", `Bearer ${await caller.token(renew)}`);
  for (const [name, value] of Object.entries(selection(caller))) {
    if (!request.headers.has(name)) request.headers.set(name, value);
  }
  return fetch(request);
}

/** The headers that select person and nation. They prove nothing. */
export function selection(caller: Pick<Caller, "nation" | "userId">): Record<string, string> {
  const nation = caller.nation();
  const userId = caller.userId();
  return {
    ...(nation === undefined ? {} : { "x-nat-nation-slug": nation }),
    ...(userId === undefined ? {} : { "x-nat-user-id": userId }),
  };
}
