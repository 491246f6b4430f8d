import { type Refusal, refusalOf, type Wording } from "../wire.ts";

/** The platform said no, or could not be reached (`code` is `unreachable`). */
export class NatError extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  /** Key and parameters of `message`, where it says more than the code. */
  readonly wording: Wording | undefined;
  /** Where in the web app to do what the message says. */
  readonly url: string | undefined;
  /** Seconds to wait before the next try, where the platform says so. */
  readonly wait: number | undefined;

  constructor(refusal: Omit<Refusal, "type" | "turn">, status: number) {
    super(refusal.message);
    this.name = "NatError";
    this.code = refusal.code;
    this.status = status;
    this.retryable = refusal.retryable;
    this.wording = refusal.wording;
    this.url = refusal.url;
    this.wait = refusal.wait;
  }

  /** The error as it would have come over a socket. */
  asRefusal(turn: string | null): Refusal {
    return {
      type: "error",
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      turn,
      ...(this.wording === undefined ? {} : { wording: this.wording }),
      ...(this.url === undefined ? {} : { url: this.url }),
      ...(this.wait === undefined ? {} : { wait: this.wait }),
    };
  }
}

export const UNREACHABLE = "unreachable";

/** No answer came at all. */
export function unreachable(): NatError {
  return new NatError({ code: UNREACHABLE, message: "", retryable: true }, 0);
}

/** The error in an answer that is not 2xx, from its body, whoever wrote that. */
export function errorOf(status: number, body: unknown, retryAfter: string | null): NatError {
  const said = (body as { error?: unknown } | null)?.error;
  const wait = retryAfter === null ? Number.NaN : Number(retryAfter);
  const waiting = Number.isNaN(wait) ? {} : { wait };
  if (typeof said === "object" && said !== null) {
    return new NatError({ ...refusalOf(said as Record<string, unknown>).refusal, ...waiting }, status);
  }
  return new NatError({ ...codeOf(status), message: "", ...waiting }, status);
}

/** API Gateway, CloudFront and proxies refuse without one of our codes. */
function codeOf(status: number): { code: string; retryable: boolean } {
  if (status === 401) return { code: "unauthenticated", retryable: false };
  if (status === 403) return { code: "forbidden", retryable: false };
  if (status === 404) return { code: "not_found", retryable: false };
  if (status === 429) return { code: "throttled", retryable: true };
  return { code: "internal", retryable: status >= 500 };
}
