/** The calls that conversations need, as plain functions over the typed client. */

import type { Place } from "../wire.ts";
import { readEvent, type TurnEvent } from "../wire.ts";
import type { Api } from "./client.ts";
import type {
  Approval,
  ApprovalWithResults,
  Change,
  Conversations,
  DecisionTurn,
  Feedback,
  File,
  Found,
  WholeConversation,
} from "./schema.ts";

export interface Reading {
  readonly events: readonly TurnEvent[];
  readonly ended: boolean;
}

/** What a decision is about, and what the person saw. */
export type Decision =
  | {
      readonly kind: "approve";
      readonly approval: string;
      readonly fingerprint: string;
      readonly records?: readonly string[];
    }
  | {
      readonly kind: "edit";
      readonly approval: string;
      readonly fingerprint: string;
      readonly values: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "retry"; readonly approval: string }
  | { readonly kind: "retryChange"; readonly change: string }
  | { readonly kind: "undo"; readonly change: string; readonly records?: readonly string[] };

const FINAL = new Set(["finished", "stopped", "failed"]);

/** The answer of a call. `createApi` throws for what is not 2xx, so there is one. */
function got<T>(answer: { data?: T }): T {
  return answer.data as T;
}

export class Nat {
  readonly api: Api;

  constructor(api: Api) {
    this.api = api;
  }

  async conversations(after?: string): Promise<Conversations> {
    return got(await this.api.GET("/v1/conversations", { params: { query: after ? { after } : {} } }));
  }

  async stop(conversation: string, turn: string): Promise<void> {
    const path = { conversation, turn };
    await this.api.POST("/v1/conversations/{conversation}/turns/{turn}/stop", { params: { path } });
  }

  async search(q: string, after?: string): Promise<Found> {
    return got(
      await this.api.GET("/v1/conversations/search", {
        params: { query: { q, ...(after ? { after } : {}) } },
      }),
    );
  }

  async conversation(conversation: string, limit: number, before?: string): Promise<WholeConversation> {
    return got(
      await this.api.GET("/v1/conversations/{conversation}", {
        params: { path: { conversation }, query: { limit, ...(before ? { before } : {}) } },
      }),
    );
  }

  async rename(conversation: string, title: string): Promise<void> {
    await this.api.PATCH("/v1/conversations/{conversation}", {
      params: { path: { conversation } },
      body: { title },
    });
  }

  async remove(conversation: string): Promise<void> {
    await this.api.DELETE("/v1/conversations/{conversation}", { params: { path: { conversation } } });
  }

  /** A conversation as a file, with the name that the platform gives it. */
  async export(conversation: string, format: "md" | "json"): Promise<{ name: string; content: Blob }> {
    const answer = await this.api.GET("/v1/conversations/{conversation}/export", {
      params: { path: { conversation }, query: { format } },
      parseAs: "blob",
    });
    const name = /filename="([^"]+)"/.exec(answer.response.headers.get("content-disposition") ?? "")?.[1];
    return { name: name ?? `conversation.${format}`, content: answer.data as unknown as Blob };
  }

  async events(conversation: string, turn: string, after: Place): Promise<Reading> {
    const read = got(
      await this.api.GET("/v1/conversations/{conversation}/turns/{turn}/events", {
        params: { path: { conversation, turn }, query: { after: `${after.attempt}.${after.seq}` } },
      }),
    );
    const events = read.events.map(readEvent).filter((event) => event !== undefined);
    return { events, ended: FINAL.has(read.state) };
  }

  async feedback(
    conversation: string,
    turn: string,
    thumb: "up" | "down" | null,
    comment: string,
  ): Promise<Feedback> {
    return got(
      await this.api.PUT("/v1/conversations/{conversation}/turns/{turn}/feedback", {
        params: { path: { conversation, turn } },
        body: { thumb, comment },
      }),
    );
  }

  async takeFeedbackBack(conversation: string, turn: string): Promise<void> {
    await this.api.DELETE("/v1/conversations/{conversation}/turns/{turn}/feedback", {
      params: { path: { conversation, turn } },
    });
  }

  async file(conversation: string, file: string): Promise<File> {
    return got(
      await this.api.GET("/v1/conversations/{conversation}/files/{file}", {
        params: { path: { conversation, file } },
      }),
    );
  }

  async approvals(conversation: string): Promise<readonly Approval[]> {
    return got(
      await this.api.GET("/v1/conversations/{conversation}/approvals", {
        params: { path: { conversation } },
      }),
    ).approvals;
  }

  async approval(conversation: string, approval: string, after?: string): Promise<ApprovalWithResults> {
    return got(
      await this.api.GET("/v1/conversations/{conversation}/approvals/{approval}", {
        params: { path: { conversation, approval }, query: after ? { after } : {} },
      }),
    );
  }

  async change(conversation: string, change: string, after?: string): Promise<Change> {
    return got(
      await this.api.GET("/v1/conversations/{conversation}/changes/{change}", {
        params: { path: { conversation, change }, query: { limit: 500, ...(after ? { after } : {}) } },
      }),
    );
  }

  /** Take a decision; `id` names it, so that the same one again changes nothing. */
  async decide(conversation: string, decision: Decision, id: string): Promise<DecisionTurn> {
    switch (decision.kind) {
      case "approve": {
        const { approval, fingerprint, records } = decision;
        return got(
          await this.api.POST("/v1/conversations/{conversation}/approvals/{approval}/approve", {
            params: { path: { conversation, approval } },
            body: { decision: id, fingerprint, ...(records ? { records: [...records] } : {}) },
          }),
        );
      }
      case "edit": {
        const { approval, fingerprint, values } = decision;
        return got(
          await this.api.POST("/v1/conversations/{conversation}/approvals/{approval}/edit", {
            params: { path: { conversation, approval } },
            body: { decision: id, fingerprint, values },
          }),
        );
      }
      case "retry":
        return got(
          await this.api.POST("/v1/conversations/{conversation}/approvals/{approval}/retry", {
            params: { path: { conversation, approval: decision.approval } },
            body: { decision: id },
          }),
        );
      case "retryChange":
        return got(
          await this.api.POST("/v1/conversations/{conversation}/changes/{change}/retry", {
            params: { path: { conversation, change: decision.change } },
            body: { decision: id },
          }),
        );
      case "undo":
        return got(
          await this.api.POST("/v1/conversations/{conversation}/changes/{change}/undo", {
            params: { path: { conversation, change: decision.change } },
            body: { decision: id, ...(decision.records ? { records: [...decision.records] } : {}) },
          }),
        );
    }
  }

  async reject(conversation: string, approval: string, fingerprint: string, id: string): Promise<Approval> {
    return got(
      await this.api.POST("/v1/conversations/{conversation}/approvals/{approval}/reject", {
        params: { path: { conversation, approval } },
        body: { decision: id, fingerprint },
      }),
    );
  }
}
