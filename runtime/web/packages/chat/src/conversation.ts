/** What is needed once there is a conversation to show: loaded then, and not with an empty page. */

export { HistoryList } from "./view/HistoryList.tsx";
export { TurnItem } from "./view/TurnItem.tsx";
