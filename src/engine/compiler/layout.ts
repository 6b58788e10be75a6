// Memory layout: which buffers a plan's temporaries need, and where in them each lies, by when they live. Pure.
import { operandsOf, type Plan } from './plan';

/** Something that needs memory for a stretch of steps. */
export interface Tenant {
  readonly bytes: number;
  /** First and last step that touch it. */
  readonly first: number;
  readonly last: number;
  /** Steps that read it and steps that write it. */
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
}

export interface Layout {
  /** Bytes of each buffer. */
  readonly buffers: readonly number[];
  /** By tenant. */
  readonly places: readonly { readonly buffer: number; readonly offset: number }[];
}

/** Storage buffers bind at multiples of this many bytes (WebGPU's default minStorageBufferOffsetAlignment). */
const ALIGNMENT = 256;

const aligned = (bytes: number): number => Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;

/** Whether two tenants live at the same time. */
const meet = (a: Tenant, b: Tenant): boolean => a.first <= b.last && b.first <= a.last;

/** Whether some step reads the one and writes the other: WebGPU refuses that within one buffer, even in separate ranges. */
const clash = (a: Tenant, b: Tenant): boolean => share(a.reads, b.writes) || share(a.writes, b.reads);

/** Whether two sets have a step in common; what a step reads, such as a copied input, may be read by thousands. */
function share(some: ReadonlySet<number>, others: ReadonlySet<number>): boolean {
  const [few, many] = some.size < others.size ? [some, others] : [others, some];
  for (const step of few) if (many.has(step)) return true;
  return false;
}

/** The temporaries of a plan, by location: what lives in no buffer of its own. Copied inputs are there before the first step. */
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

/** The most bytes that live at once: no layout needs less. */
export function leastBytes(tenants: readonly Tenant[]): number {
  const changes = tenants.flatMap(({ bytes, first, last }) => [
    { at: first, bytes },
    { at: last + 1, bytes: -bytes },
  ]);
  // A home that ends makes room for one that begins at the same step.
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

/** With more tenants than this, the time to try several orders would be felt. */
const MANY = 256;

/** The thriftiest layout of a few orders in which tenants may choose their place. */
export function layOut(tenants: readonly Tenant[]): Layout {
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
      const layout = new Placing(tenants, shared).run(order);
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
  /** Bytes that the buffer must become longer by. */
  readonly growth: number;
  /** Bytes of the gap. */
  readonly room: number;
}

/** Tenants choose one after another: the place that makes buffers grow least, and of those the tightest. */
class Placing {
  private readonly buffers: Buffer[] = [];

  constructor(
    private readonly tenants: readonly Tenant[],
    /** Whether tenants that live at the same time may share a buffer. */
    private readonly shared: boolean,
  ) {}

  run(order: readonly number[]): Layout {
    const places = new Array<{ buffer: number; offset: number }>(this.tenants.length);
    for (const t of order) {
      const size = aligned(this.tenants[t]!.bytes);
      let number = this.buffers.length;
      let best: Gap = { offset: 0, growth: size, room: 0 };
      this.buffers.forEach((buffer, b) => {
        const gap = this.tightestGap(buffer, t, size);
        if (!gap || gap.growth > best.growth || (gap.growth === best.growth && gap.room >= best.room)) return;
        best = gap;
        number = b;
      });
      const buffer = this.buffers[number] ?? { bytes: 0, tenants: [] };
      this.buffers[number] = buffer;
      buffer.bytes += best.growth;
      buffer.tenants.push({ tenant: t, start: best.offset, end: best.offset + size });
      places[t] = { buffer: number, offset: best.offset };
    }
    return { buffers: this.buffers.map(({ bytes }) => bytes), places };
  }

  /** Where in a buffer there is room while a tenant lives; behind its end there always is. */
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
      if (room >= size && (!best || room < best.room)) best = { offset, growth: 0, room };
      offset = Math.max(offset, end);
    }
    const growth = Math.max(0, offset + size - bytes);
    const room = Math.max(0, bytes - offset);
    return best && (growth > 0 || best.room <= room) ? best : { offset, growth, room };
  }
}
