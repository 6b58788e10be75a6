// The plan cache: values by lists of integers, without making strings of them; the entry used longest ago goes first.

interface Entry<T> {
  readonly key: readonly number[];
  readonly value: T;
  used: number;
}

export class PlanCache<T> {
  private readonly buckets = new Map<number, Entry<T>[]>();
  private clock = 0;
  private count = 0;

  constructor(
    private readonly capacity: number,
    private readonly evicted: (value: T) => void,
  ) {}

  get size(): number {
    return this.count;
  }

  get(key: readonly number[]): T | undefined {
    const entry = this.buckets.get(hash(key))?.find((candidate) => equal(candidate.key, key));
    if (entry) entry.used = ++this.clock;
    return entry?.value;
  }

  /** Adds an entry; the key must not be there yet. */
  set(key: readonly number[], value: T): void {
    const bucket = this.buckets.get(hash(key));
    const entry = { key, value, used: ++this.clock };
    if (bucket) bucket.push(entry);
    else this.buckets.set(hash(key), [entry]);
    if (++this.count > this.capacity) this.evictOldest();
  }

  clear(): void {
    for (const bucket of this.buckets.values()) for (const { value } of bucket) this.evicted(value);
    this.buckets.clear();
    this.count = 0;
  }

  private evictOldest(): void {
    let oldest: Entry<T> | undefined;
    for (const bucket of this.buckets.values()) {
      for (const entry of bucket) if (!oldest || entry.used < oldest.used) oldest = entry;
    }
    if (!oldest) return;
    const at = hash(oldest.key);
    const rest = this.buckets.get(at)!.filter((entry) => entry !== oldest);
    if (rest.length > 0) this.buckets.set(at, rest);
    else this.buckets.delete(at);
    this.count--;
    this.evicted(oldest.value);
  }
}

/** FNV-1a, a whole number at a time. */
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
