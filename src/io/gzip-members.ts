// Gzip files of several members, and those with zeros behind the last, as tapes have them: Python and Node read them, the decoders of browsers refuse them.
// Source: RFC 1952, §2.2.
import type { Bound } from './bytes';

/** What undoes gzip of a single member, and puts parts in a row. */
interface Means {
  one(bytes: Uint8Array, bound: Bound): Promise<Uint8Array>;
  joined(parts: readonly Uint8Array[], length: number): Uint8Array;
}

/** Ends that turn out to be none cost as much as the file up to there: no honest file has many. */
const MOST_TRIES = 24;
/** A member's head and trailer. */
const SHORTEST = 18;
/** Of a trailer, which may end in zeros itself. */
const TRAILER = 8;

/** The contents of all members, one after the other; null where the file is none of these. */
export async function inflateMembers(
  bytes: Uint8Array,
  bound: Bound,
  { one, joined }: Means,
): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let tries = MOST_TRIES;
  let used = bytes.length;
  while (used > 0 && bytes[used - 1] === 0) used--;
  /** Contents and their end, of the member that begins at `at`. */
  const member = async (at: number): Promise<number | null> => {
    for (const end of endsOf(bytes, at, used)) {
      if (tries-- === 0) return null;
      try {
        const most = (head: Uint8Array): number => bound(joined([...parts, head], length + head.length)) - length;
        parts.push(await one(bytes.subarray(at, end), most));
        length += parts.at(-1)!.length;
        tries++;
        return end;
      } catch {
        // The member ends elsewhere.
      }
    }
    return null;
  };
  for (let at = 0; at < used; ) {
    const end = isMember(bytes, at) ? await member(at) : null;
    if (end === null) return null;
    at = end;
    if (length > bound(joined(parts, length))) break;
  }
  return joined(parts, length);
}

const isMember = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && bytes[at + 3]! < 32;

/** Where a member may end: at the beginning of another, or where zeros begin, some of which may be its own. */
function* endsOf(bytes: Uint8Array, at: number, used: number): Generator<number> {
  for (let end = bytes.indexOf(0x1f, at + SHORTEST); end >= 0 && end < used; end = bytes.indexOf(0x1f, end + 1)) {
    if (isMember(bytes, end)) yield end;
  }
  for (let end = used; end <= Math.min(used + TRAILER, bytes.length); end++) yield end;
}
