// The plan cache: a least-recently-used cache whose keys are lists of integers, hashed without making strings of them.

interface Entry<T> {
  readonly key: readonly number[];
  readonly value: T;
  readonly bytes: number;
}

export class PlanCache<T> {
  private readonly buckets = new Map<number, Entry<T>[]>();
  /** In the order of last use, the least recent first. */
  private readonly entries = new Set<Entry<T>>();
  private total = 0;

  constructor(
    /** The maximum number of bytes to keep. */
    private readonly capacity: number,
    private readonly evicted: (value: T) => void,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get bytes(): number {
    return this.total;
  }

  get(key: readonly number[]): T | undefined {
    const entry = this.buckets.get(hash(key))?.find((candidate) => equal(candidate.key, key));
    if (!entry) return undefined;
    this.entries.delete(entry);
    this.entries.add(entry);
    return entry.value;
  }

  /** Adds an entry of about `bytes` bytes. The key must be new. The new entry stays, whatever its size. */
  set(key: readonly number[], value: T, bytes = 1): void {
    const entry = { key, value, bytes };
    const bucket = this.buckets.get(hash(key));
    if (bucket) bucket.push(entry);
    else this.buckets.set(hash(key), [entry]);
    this.entries.add(entry);
    this.total += bytes;
    this.evict(
      () => true,
      () => this.total > this.capacity,
      1,
    );
  }

  /**
   * While `more()` is true, evicts entries for which `worth` is true, the least recently used first. The latest `kept`
   * stay.
   */
  evict(worth: (value: T) => boolean, more: () => boolean, kept: number): void {
    let left = this.entries.size - kept;
    for (const entry of this.entries) {
      if (left-- <= 0 || !more()) return;
      if (worth(entry.value)) this.remove(entry);
    }
  }

  clear(): void {
    const { entries } = this;
    const values = [...entries].map(({ value }) => value);
    this.buckets.clear();
    entries.clear();
    this.total = 0;
    for (const value of values) this.evicted(value);
  }

  private remove(entry: Entry<T>): void {
    const at = hash(entry.key);
    const rest = this.buckets.get(at)!.filter((other) => other !== entry);
    if (rest.length > 0) this.buckets.set(at, rest);
    else this.buckets.delete(at);
    this.entries.delete(entry);
    this.total -= entry.bytes;
    this.evicted(entry.value);
  }
}

/** FNV-1a over whole numbers instead of bytes. */
function hash(key: readonly number[]): number {
  let h = 0x811c9dc5;
  for (const part of key) h = Math.imul(h ^ part, 0x01000193);
  return h;
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
