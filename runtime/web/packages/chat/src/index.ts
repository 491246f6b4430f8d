export { ulid } from "./ulid.ts";
