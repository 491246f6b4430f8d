import type { HistoryProps } from "./HistoryList.tsx";
import { useParts } from "./parts.ts";
import { Skeleton } from "./Skeleton.tsx";

/** A person's conversations. */
export function History(props: HistoryProps) {
  const parts = useParts(true);
  return parts ? <parts.HistoryList {...props} /> : <Skeleton />;
}
