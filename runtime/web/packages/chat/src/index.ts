/** What the web app and the extension share. */

export { type Api, type Caller, createApi, type Send, selection, withSession } from "./api/client.ts";
export { NatError, UNREACHABLE, unreachable } from "./api/errors.ts";
export { type Decision, Nat } from "./api/nat.ts";
export type * from "./api/schema.ts";
export { type Clock, realClock, serverTime } from "./clock.ts";
export type { TurnView } from "./log.ts";
export { Markdown } from "./markdown/Markdown.tsx";
export { BrowserStorage, find, MemoryStorage, places, put, type Storage } from "./storage.ts";
export type { ApprovalView } from "./store/approvals.ts";
export { ChatStore } from "./store/chat.ts";
export { Conversation } from "./store/conversation.ts";
export { Turn } from "./store/turn.ts";
export { type Colours, dress, type Theme } from "./theme.ts";
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
export { ApprovalCard } from "./view/ApprovalCard.tsx";
export { Chat } from "./view/Chat.tsx";
export { DecisionCourse } from "./view/Course.tsx";
export { ChatProvider, type ChatSetting, type OpenPage, useChat } from "./view/context.ts";
export { Dialog } from "./view/Dialog.tsx";
export { copyText, save } from "./view/device.ts";
export { History } from "./view/History.tsx";
export { IconButton } from "./view/IconButton.tsx";
export { Banner } from "./view/Notices.tsx";
export { type Announcement, type Frame, readFrame, type TurnEvent } from "./wire.ts";
export { bringTable, byKey, toldError, toldNotice, words } from "./words/chat.ts";
export { told, toldTool } from "./words/server.ts";
export { LANGUAGES, type Language, language, locale, moment, number, plural, speak, table } from "./words.ts";
