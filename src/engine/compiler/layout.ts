// Memory layout: decides which buffers a plan's temporaries need and where each lies in them. Temporaries that do not
// live at the same time share memory. Pure.
import { operandsOf, type Plan } from './plan';

/** A temporary that needs memory from its first to its last step. */
export interface Tenant {
  readonly bytes: number;
  /** The first and the last step that read or write it. */
  readonly first: number;
  readonly last: number;
  /** The steps that read it, and the steps that write it. */
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
}

export interface Layout {
  /** Bytes of each buffer. */
  readonly buffers: readonly number[];
  /** For each tenant: its buffer, and its offset there. */
  readonly places: readonly { readonly buffer: number; readonly offset: number }[];
}

/** Storage buffers bind at multiples of this many bytes (WebGPU's default minStorageBufferOffsetAlignment). */
const ALIGNMENT = 256;

const aligned = (bytes: number): number => Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;

/** Whether two tenants live at the same time. */
const meet = (a: Tenant, b: Tenant): boolean => a.first <= b.last && b.first <= a.last;

/**
 * Whether a step reads one of two tenants and writes the other: WebGPU refuses that within one buffer, even in separate
 * ranges.
 */
const clash = (a: Tenant, b: Tenant): boolean => share(a.reads, b.writes) || share(a.writes, b.reads);

/**
 * Whether two sets have a step in common. Loops over the smaller one, since thousands of steps may read a copied input.
 */
function share(some: ReadonlySet<number>, others: ReadonlySet<number>): boolean {
  const [few, many] = some.size < others.size ? [some, others] : [others, some];
  for (const step of few) if (many.has(step)) return true;
  return false;
}

/**
 * The temporaries of a plan, by location: values without a buffer of their own. Copied inputs live from before the
 * first step.
 */
export function tenantsOf({ locations, inputs, joined, steps }: Plan): ReadonlyMap<number, Tenant> {
  const tenants = new Map<number, Tenant & { reads: Set<number>; writes: Set<number> }>();
  locations.forEach(({ bytes, input, export: exported, filled, kept, first, last }, l) => {
    if (kept) return;
    if (input !== undefined && joined.has(input)) return;
    const copied = filled || (input !== undefined && inputs[input] === 'copy');
    if (exported !== undefined || (input !== undefined && !copied) || (!copied && last < 0)) return;
    const start = copied ? -1 : first;
    tenants.set(l, { bytes, first: start, last: Math.max(start, last), reads: new Set(), writes: new Set() });
  });
  steps.forEach(({ pass, addresses }, s) => {
    operandsOf(pass).forEach(({ kind }, i) => {
      const address = addresses[i]!;
      if (address !== 'fault') tenants.get(address.location)?.[kind === 'r' ? 'reads' : 'writes'].add(s);
    });
  });
  return tenants;
}

/** The maximum number of bytes that live at the same time: a lower bound for every layout. */
export function leastBytes(tenants: readonly Tenant[]): number {
  const changes = tenants.flatMap(({ bytes, first, last }) => [
    { at: first, bytes },
    { at: last + 1, bytes: -bytes },
  ]);
  // At the same step, count a tenant that ends before one that begins.
  changes.sort((a, b) => a.at - b.at || a.bytes - b.bytes);
  let live = 0;
  let most = 0;
  for (const { bytes } of changes) {
    live += bytes;
    most = Math.max(most, live);
  }
  return most;
}

export const totalBytes = ({ buffers }: Layout): number => buffers.reduce((sum, bytes) => sum + bytes, 0);

/** With more tenants than this, trying several orders would take noticeable time, so only one is tried. */
const MANY = 256;

/**
 * Places the tenants in a few different orders, and returns the layout that needs the fewest bytes. Several tenants
 * share a buffer of at most `most` bytes. Without `most`, of any size.
 */
export function layOut(tenants: readonly Tenant[], most?: number): Layout {
  const length = ({ first, last }: Tenant) => last - first + 1;
  const orders: ((a: Tenant, b: Tenant) => number)[] = [
    (a, b) => b.bytes - a.bytes,
    (a, b) => b.bytes * length(b) - a.bytes * length(a),
    (a, b) => length(b) - length(a) || b.bytes - a.bytes,
    (a, b) => a.first - b.first || b.bytes - a.bytes,
    (a, b) => b.last - a.last || b.bytes - a.bytes,
  ];
  const least = leastBytes(tenants);
  let best: Layout | undefined;
  for (const compare of tenants.length > MANY ? orders.slice(0, 1) : orders) {
    const order = [...tenants.keys()].sort((a, b) => compare(tenants[a]!, tenants[b]!) || a - b);
    for (const shared of [true, false]) {
      const layout = new Placing(tenants, shared, most).run(order);
      if (!best || totalBytes(layout) < totalBytes(best)) best = layout;
      if (totalBytes(best) <= least) return best;
    }
  }
  return best!;
}

interface Buffer {
  bytes: number;
  readonly tenants: { readonly tenant: number; readonly start: number; readonly end: number }[];
}

interface Gap {
  readonly offset: number;
  /** The bytes by which the buffer must grow. */
  readonly added: number;
  /** The size of the gap in bytes. */
  readonly room: number;
}

/** Greedy placement: each tenant in turn takes the gap for which a buffer grows least and, of those, the tightest. */
class Placing {
  private readonly buffers: Buffer[] = [];

  constructor(
    private readonly tenants: readonly Tenant[],
    /** Whether tenants that live at the same time may share a buffer. */
    private readonly shared: boolean,
    private readonly most: number | undefined,
  ) {}

  run(order: readonly number[]): Layout {
    const places = new Array<{ buffer: number; offset: number }>(this.tenants.length);
    for (const t of order) {
      const size = aligned(this.tenants[t]!.bytes);
      let number = this.buffers.length;
      let best: Gap = { offset: 0, added: size, room: 0 };
      this.buffers.forEach((buffer, b) => {
        const gap = this.tightestGap(buffer, t, size);
        if (!gap || gap.added > best.added || (gap.added === best.added && gap.room >= best.room)) return;
        best = gap;
        number = b;
      });
      const buffer = this.buffers[number] ?? { bytes: 0, tenants: [] };
      this.buffers[number] = buffer;
      buffer.bytes += best.added;
      buffer.tenants.push({ tenant: t, start: best.offset, end: best.offset + size });
      places[t] = { buffer: number, offset: best.offset };
    }
    return { buffers: this.buffers.map(({ bytes }) => bytes), places };
  }

  /**
   * The tightest gap in a buffer that is free while a tenant lives, if need be past its end; null if the tenant cannot
   * use it.
   */
  private tightestGap({ bytes, tenants }: Buffer, t: number, size: number): Gap | null {
    const own = this.tenants[t]!;
    const taken = tenants.filter(({ tenant }) => meet(this.tenants[tenant]!, own));
    if (taken.length > 0 && (!this.shared || taken.some(({ tenant }) => clash(this.tenants[tenant]!, own))))
      return null;
    taken.sort((a, b) => a.start - b.start);
    let offset = 0;
    let best: Gap | null = null;
    for (const { start, end } of taken) {
      const room = start - offset;
      if (room >= size && (!best || room < best.room)) best = { offset, added: 0, room };
      offset = Math.max(offset, end);
    }
    const added = Math.max(0, offset + size - bytes);
    const room = Math.max(0, bytes - offset);
    if (best && (added > 0 || best.room <= room)) return best;
    return offset + size > this.most! ? null : { offset, added, room };
  }
}
