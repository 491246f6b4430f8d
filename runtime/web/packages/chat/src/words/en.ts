import { number, plural } from "../words.ts";

/** What the chat says, in English. The other languages have the same names. */
export const en = {
  // Conversation
  newConversation: "New conversation",
  conversation: "Conversation",
  emptyTitle: "What would you like to know?",
  emptyText: (brand: string) =>
    `Ask in your own words. ${brand} looks things up in your nation, and asks you before it changes much.`,
  suggestions: "Suggestions",
  loading: "Loading…",
  loadingConversation: "Opening the conversation…",
  loadFailed: "This conversation could not be opened.",
  tryAgain: "Try again",
  showEarlier: "Show earlier questions",
  newest: "Newest",
  close: "Close",
  cancel: "Cancel",
  save: "Save",
  more: "More",

  // Composer
  ask: (brand: string) => `Ask ${brand}`,
  placeholder: "Ask about your nation…",
  send: "Send",
  stop: "Stop",
  stopping: "Stopping…",
  sendsIn: (seconds: number) => `Goes out in ${seconds} s`,
  waitsForAnswer: "Goes out when this answer is complete",
  takeBack: "Take back",
  notSent: "Not sent. Your question is kept.",
  tooLong: (kilobytes: number) => `This is ${number(kilobytes)} KB long; up to 32 KB can be sent.`,
  page: (name: string) => `About: ${name}`,
  removePage: "Ask without this page",
  pageKinds: {
    person: "this person",
    list: "this list",
    event: "this event",
    page: "this page",
    donation: "this donation",
    other: "this page",
  },

  // Connection
  offline: "No connection. What you type is kept; it goes on by itself.",
  connecting: "Connecting…",
  reconnecting: "Connection lost. Trying again…",

  // Turn
  you: "You asked",
  answer: "Answer",
  thinking: "Thinking…",
  working: "Working on it",
  answerReady: "The answer is ready",
  needsApproval: "This needs your approval",
  wasStopped: "Stopped",
  couldNotAnswer: "This could not be answered.",
  notCounted: "It was not counted.",
  askAgain: "Ask again",
  editQuestion: "Edit and ask again",
  copyAnswer: "Copy answer",
  copied: "Copied",
  showSteps: "Show what was looked up",
  decisions: { Approved: "Approved", Edited: "Edited", "Try again": "Tried again", Undo: "Undone" },
  untitled: "A question from elsewhere",
  showMe: "Show me",
  links: "Links",

  // Tools
  toolAll: (count: number) => number(count),
  toolSome: (returned: number, total: number | undefined) =>
    total === undefined
      ? `first ${number(returned)}, there are more`
      : `${number(returned)} of ${number(total)}`,
  toolFailed: "did not work",
  flagged: (records: string) => `Text in ${records} reads like an instruction to the assistant. Please look.`,
  toolRunning: "running",
  steps: (count: number) => plural(count, { one: "# step", other: "# steps" }),
  covers: (filter: string) => `Covers: ${filter}`,

  // Progress
  progress: (done: number, total: number) => `${number(done)} of ${number(total)}`,
  progressFailed: (count: number) => plural(count, { one: "# failed", other: "# failed" }),

  // Tables and charts
  table: (rows: number) => plural(rows, { one: "Table, # row", other: "Table, # rows" }),
  copyTable: "Copy table",
  downloadCsv: "Download CSV",
  showChart: "Show as chart",
  showTable: "Show as table",
  chartSummary: (name: string, low: string, high: string, at: string) =>
    `${name}: from ${low} to ${high}, highest at ${at}.`,

  // Approval
  approval: "Needs your approval",
  approvalRegion: (summary: string) => `Proposal: ${summary}`,
  effects: { read: "Look-up", write: "Change", bulk: "Bulk change", destructive: "Cannot be undone easily" },
  sends: "Sends messages",
  countRecords: (count: number) => plural(count, { one: "# record", other: "# records" }),
  countPeople: (count: number) => plural(count, { one: "# person", other: "# people" }),
  filter: "Who or what",
  sample: "What changes",
  before: "Before",
  after: "After",
  nothing: "empty",
  created: "New",
  deleted: "Will be deleted",
  moreRecords: (count: number) => plural(count, { one: "and # more", other: "and # more" }),
  touched: "Among them",
  skipped: (count: number) => plural(count, { one: "# left out", other: "# left out" }),
  warnings: "Please note",
  undoAll: "Can be undone for 30 days.",
  undoSome: "Only part of this can be undone.",
  undoNone: "This cannot be undone.",
  expiresIn: (time: string) => `Decide within ${time}`,
  proceed: "Proceed",
  proceedWith: (count: number) => plural(count, { one: "Proceed with #", other: "Proceed with #" }),
  choose: "Choose records",
  chooseDone: "Done",
  chosen: (count: number, total: number) => `${number(count)} of ${number(total)} chosen`,
  searchRecords: "Search records",
  selectAll: "All",
  selectNone: "None",
  noneChosen: "Choose at least one record.",
  edit: "Edit",
  editTitle: "Change the proposal",
  editHint: "A new proposal takes the place of this one.",
  propose: "Propose anew",
  typeToConfirm: (word: string) => `Type ${word} to confirm`,
  confirmWord: "yes",
  roleNeeded: (role: string) => `Only ${role} may approve this.`,
  roles: { viewer: "viewers", member: "members", admin: "admins", owner: "the owner" },
  states: {
    pending: "Waiting",
    approved: "Approved, about to begin",
    committing: "Under way",
    done: "Done",
    partly: "Partly done",
    failed: "Failed",
    rejected: "Cancelled",
    expired: "Expired",
    superseded: "Replaced by a newer proposal",
  },
  decidedBy: (who: string, when: string | undefined, inSlack: boolean) =>
    `Decided by ${who}${inSlack ? " in Slack" : ""}${when ? `, ${when}` : ""}`,
  byYou: "you",
  bySomebody: "somebody else",
  outcomes: {
    done: (count: number) => `${number(count)} done`,
    failed: (count: number) => `${number(count)} failed`,
    unknown: (count: number) => `${number(count)} unconfirmed`,
    conflict: (count: number) => `${number(count)} left alone, changed since`,
    skipped: (count: number) => `${number(count)} not tried`,
  },
  retryFailed: "Try only the rest again",
  showRecords: "Show records",

  // Changes
  undo: "Undo",
  undoEverything: (count: number) => plural(count, { one: "Undo # record", other: "Undo all # records" }),
  undoOne: (name: string) => `Undo for ${name}`,
  undone: "Undone",
  undoUntil: (when: string) => `Can be undone until ${when}`,
  cannotUndo: "Nothing of this can be undone any more.",
  changeGone: "This is older than 30 days; what was changed is no longer kept here.",
  recordsTitle: "What became of each record",
  entryStates: {
    intent: "under way",
    done: "done",
    failed: "failed",
    unknown: "unconfirmed",
    conflict: "changed since, left alone",
    skipped: "not tried",
  },
  alreadySo: "was so already",
  notTried: "not tried",

  // Feedback
  helpful: "Helpful",
  notHelpful: "Not helpful",
  comment: "Comment",
  commentPlaceholder: "What was good, or what was wrong? (optional)",
  feedbackThanks: "Thank you.",

  // Notices
  upgrade: "Upgrade",
  reconnect: "Reconnect",
  openPage: "Open",
  dismiss: "Dismiss",

  // History
  history: "Conversations",
  searchHistory: "Search conversations",
  noConversations: "Nothing here yet. Your conversations are kept here.",
  noHits: "Nothing found.",
  searchedAll: (count: number) =>
    plural(count, { one: "# conversation was searched.", other: "# conversations were searched." }),
  searchedSome: (count: number) => `The newest ${number(count)} conversations were searched.`,
  loadMore: "Load more",
  rename: "Rename",
  title: "Title",
  remove: "Delete",
  removeTitle: "Delete this conversation?",
  removeText:
    "Questions, answers and proposals are deleted for good. Changes that were made stay as they are.",
  exportMarkdown: "Export as text",
  exportJson: "Export as data (JSON)",
  historyFailed: "Your conversations could not be loaded.",
  actionsFor: (title: string) => `Actions for ${title}`,

  // Errors and notices by their code. `{brand}` is the brand's name; what has no words here is told in the
  // platform's own.
  errors: {
    unreachable: "{brand} cannot be reached. Check your connection; nothing you typed is lost.",
    unauthenticated: "Your session has ended. Sign in to go on.",
    forbidden: "You may not do this.",
    not_found: "This does not exist, or no longer.",
    internal: "Something went wrong on our side. Please try again.",
    throttled: "That was too fast. It goes on in a moment.",
  } as Readonly<Record<string, string>>,
  notices: {} as Readonly<Record<string, string>>,
};

export type ChatWords = typeof en;
