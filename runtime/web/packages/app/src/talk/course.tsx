/** What comes of a decision that is taken outside of its conversation. Loaded when there is one: most of it is
 * what reads Markdown. */
export { DecisionCourse as default } from "@nat/chat";
