/** ULIDs: what a client calls its turns, conversations and decisions. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new ULID: 48 bits of time in milliseconds, 80 random bits, in Crockford's base 32. */
export function ulid(now: number = Date.now()): string {
  let time = "";
  for (let rest = now, place = 0; place < 10; place += 1) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  const random = crypto.getRandomValues(new Uint8Array(16));
  return time + Array.from(random, (byte) => ALPHABET.charAt(byte % 32)).join("");
}
