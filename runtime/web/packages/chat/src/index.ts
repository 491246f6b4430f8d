/** What the web app and the extension share. */

export { type Api, type Caller, createApi, type Send, selection, withSession } from "./api/client.ts";
export { NatError, UNREACHABLE, unreachable } from "./api/errors.ts";
export { type Decision, Nat } from "./api/nat.ts";
export type * from "./api/schema.ts";
export { type Clock, realClock, serverTime } from "./clock.ts";
export type { TurnView } from "./log.ts";
export { BrowserStorage, MemoryStorage, type Storage } from "./storage.ts";
export type { ApprovalView } from "./store/approvals.ts";
export { ChatStore } from "./store/chat.ts";
export { Conversation } from "./store/conversation.ts";
export { Turn } from "./store/turn.ts";
export {
  type Channel,
  type ChannelState,
  type Listener,
  Listeners,
  type Message,
  type Page,
} from "./transport/channel.ts";
export { PlatformChannel } from "./transport/platform.ts";
export { ulid } from "./ulid.ts";
export { type Announcement, type Frame, readFrame, type TurnEvent } from "./wire.ts";
