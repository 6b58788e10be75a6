// How long a dispatch takes at least, by the instructions that its waves take: README.md states the model and its limits.
import type { Architecture, Gpu } from './gpus';
import { countsArePointed, type Inputs } from './inputs';
import { type Instruction, isMemoryWait, type Program } from './isa';
import { type Buffer, decode, GRID, type Listener, SET, type Start, Wave } from './wave';

/** Cycles from a load to its value, from the caches or the memory behind them: what other waves must cover. */
const LATENCY = 600;
/** Seconds from a load to its value where memory is kept busy. */
const BUSY_LATENCY = 400e-9;
/** Bytes a cycle that a unit reads of its workgroup memory, and of its first cache. */
const LDS_BYTES = 128 * 0.8;
const CACHE_BYTES = 64;
/** Bytes that the first cache gives at once: lanes that lie in several lines take a cycle each. */
const LINE = 128;
/** Bytes of workgroup memory of a unit. */
const LDS_SIZE = 65_536;
/** Instructions of a wave that are followed at most; what is longer is said to be cut. */
const LIMIT = 3_000_000;

export interface Statistics {
  readonly lanes: number;
  readonly registers: number;
  readonly ldsBytes: number;
}

export interface Launch {
  readonly program: Program;
  readonly statistics: Statistics;
  readonly size: readonly [number, number, number];
  readonly groups: readonly [number, number, number];
  readonly buffers: ReadonlyMap<number, Buffer>;
  readonly inputs: Inputs;
}

export interface Estimate {
  /** The larger of the two that follow. */
  readonly microseconds: number;
  /** By issue slots, workgroup memory and cache, with the latency that other waves do not cover. */
  readonly compute: number;
  /** By bytes from memory, at the rate that the loads in flight allow. */
  readonly memory: number;
  /** Multiplications that the lanes take part in, those of idle lanes and of padding with them. */
  readonly multiplications: number;
  /** Vector instructions that are multiplications, weighed by how often they run and how long they take. */
  readonly share: number;
  /** Of the time, what is spent waiting for memory that nothing covers. */
  readonly waiting: number;
  readonly bytes: number;
  /** Bytes under way from memory at one time, over all units. */
  readonly inFlight: number;
  /** Waves that a SIMD has room for. */
  readonly waves: number;
  readonly guesses: number;
  readonly isComplete: boolean;
}

/** What one wave did, in cycles of its unit. */
class Trace implements Listener {
  vector = 0;
  lds = 0;
  cache = 0;
  multiplying = 0;
  multiplications = 0;
  readonly moved = new Map<number, number>();
  /** Bytes that a wave waits for, and how often it does. */
  private awaited = 0;
  private waits = 0;
  private under: { readonly at: number; readonly bytes: number }[] = [];
  private since = { vector: 0, lds: 0, cache: 0, base: 0 };

  constructor(
    /** How many cycles of a unit a slot of each wave takes while the workgroup's others run, and transfers of all of them. */
    private readonly cost: { readonly slot: number; readonly transfer: number },
    private readonly wide: number,
    /** Whether stores are waited for as loads are. */
    private readonly waitsForStores: boolean,
  ) {}

  get flying(): number {
    return this.waits > 0 ? this.awaited / this.waits : 0;
  }

  step(one: Instruction, lanes: number, address?: Uint32Array, binding?: number): void {
    const { kind, slots, bytes } = one;
    if (slots > 0) {
      this.vector += slots * this.wide;
      if (kind === 'fma') {
        this.multiplying += slots * this.wide;
        this.multiplications += lanes * (/_pk_|dot2/.test(one.op) ? 2 : 1);
      }
      return;
    }
    if (kind === 'ldsRead' || kind === 'ldsWrite') this.lds += (bytes * lanes) / LDS_BYTES;
    else if (kind === 'load' || kind === 'store' || kind === 'atomic') {
      if (lanes === 0) return;
      this.cache += Math.max((bytes * lanes) / CACHE_BYTES, address ? lines(address, bytes) : 0);
      this.moved.set(binding ?? -1, (this.moved.get(binding ?? -1) ?? 0) + bytes * lanes);
      if (kind === 'load' || this.waitsForStores)
        this.under.push({ at: this.now(), bytes: kind === 'load' ? bytes * lanes : 0 });
    } else if (isMemoryWait(one)) this.wait(one);
  }

  /** The unit's clock: what runs side by side takes the longest of its parts, from one wait to the next. */
  private now(): number {
    const { vector, lds, cache, base } = this.since;
    const { slot, transfer } = this.cost;
    return base + Math.max((this.vector - vector) * slot, (this.lds - lds) * transfer, (this.cache - cache) * transfer);
  }

  private wait({ args }: Instruction): void {
    const left = Number(/vmcnt\((\d+)\)/.exec(args.join(' '))?.[1] ?? 0);
    const done = this.under.length - left;
    if (done <= 0) return;
    const now = this.now();
    const ready = this.under[done - 1]!.at + LATENCY;
    const bytes = this.under.reduce((sum, load) => sum + load.bytes, 0);
    if (bytes > 0) {
      this.awaited += bytes;
      this.waits++;
    }
    this.under = this.under.slice(done);
    const stall = Math.max(0, ready - now);
    this.since = { vector: this.vector, lds: this.lds, cache: this.cache, base: now + stall };
  }

  end(): number {
    return this.now();
  }
}

function lines(address: Uint32Array, bytes: number): number {
  const found = new Set<number>();
  for (const at of address) {
    found.add(Math.floor(at / LINE));
    if (bytes > 4) found.add(Math.floor((at + bytes - 1) / LINE));
  }
  return found.size;
}

/** Workgroups and waves that stand for all: of a few places in the grid, the first and the last wave. */
const PLACES = [1 / 12, 3 / 12, 5 / 12, 7 / 12, 9 / 12, 11 / 12] as const;

export function estimate(launch: Launch, gpu: Gpu): Estimate {
  const { program, statistics, size, groups } = launch;
  const waitsForStores = gpu.architecture === 'gcn';
  const threads = size[0] * size[1] * size[2];
  const waves = Math.ceil(threads / statistics.lanes);
  const total = groups[0] * groups[1] * groups[2];
  // A workgroup that is less than a wave for each SIMD leaves the others to its neighbours.
  const isSmall = waves < gpu.simds;
  const rounds = Math.ceil(waves / gpu.simds) * gpu.simds;
  const cost = { slot: isSmall ? gpu.simds : rounds, transfer: isSmall ? gpu.simds : waves };
  const code = decode(program.code);
  const traces: Trace[] = [];
  let guesses = 0;
  let isComplete = true;
  const places = [...new Set(PLACES.map((part) => Math.min(total - 1, Math.floor(total * part))))];
  for (const group of places) {
    for (const wave of new Set([0, waves - 1])) {
      const trace = new Trace(cost, statistics.lanes / 64, waitsForStores);
      const outcome = new Wave(code, startOf(launch, gpu.architecture, group, wave)).run(trace, LIMIT);
      guesses += outcome.guesses;
      isComplete &&= outcome.isComplete;
      traces.push(trace);
    }
  }
  const mean = (of: (trace: Trace) => number): number =>
    traces.reduce((sum, trace) => sum + of(trace), 0) / traces.length;
  const [vector, lds, cache, end] = [
    mean((trace) => trace.vector),
    mean((trace) => trace.lds),
    mean((trace) => trace.cache),
    mean((trace) => trace.end()),
  ];

  const registers = Math.ceil(statistics.registers / gpu.granularity) * gpu.granularity;
  const byRegisters = Math.min(gpu.waves, Math.floor(gpu.registers / Math.max(1, registers)));
  const byLds = statistics.ldsBytes > 0 ? (Math.floor(LDS_SIZE / statistics.ldsBytes) * waves) / gpu.simds : gpu.waves;
  const room = Math.min(byRegisters, byLds);
  // Workgroups of a unit, or waves of a SIMD where they are smaller: as many as come one after another, and as are there at one time.
  const perPlace = Math.ceil(isSmall ? (total * waves) / (gpu.units * gpu.simds) : total / gpu.units);
  const fitting = Math.floor(isSmall ? room : (room * gpu.simds) / waves);
  const resident = Math.max(1, Math.min(fitting, perPlace));
  const busy = Math.max(vector * cost.slot, lds * cost.transfer, cache * cost.transfer, 1);
  const cycles = perPlace * Math.max(busy, end / resident);
  const compute = cycles / gpu.gigahertz / 1000;

  const bytes = movedBytes(launch, traces, total * waves);
  const there = Math.min(total * waves, resident * gpu.units * (isSmall ? gpu.simds : waves));
  const inFlight = mean((trace) => trace.flying) * there;
  const rate = Math.min(gpu.bandwidth * 1e9, inFlight > 0 ? inFlight / BUSY_LATENCY : Number.POSITIVE_INFINITY);
  const memory = (bytes / rate) * 1e6;
  return {
    microseconds: Math.max(compute, memory),
    compute,
    memory,
    multiplications: mean((trace) => trace.multiplications) * waves * total,
    share: vector > 0 ? mean((trace) => trace.multiplying) / vector : 0,
    waiting: cycles > 0 ? Math.max(0, 1 - busy / Math.max(busy, end / resident)) : 0,
    bytes,
    inFlight,
    waves: room,
    guesses,
    isComplete,
  };
}

/**
 * Bytes from and to memory: of each buffer what the waves move, and no more than the whole of it, which caches keep. Of a buffer whose
 * size is not known (Infinity) none, since it cannot be said how often it is read again.
 */
function movedBytes({ buffers }: Launch, traces: readonly Trace[], waves: number): number {
  const moved = new Map<number, number>();
  for (const trace of traces) {
    for (const [binding, bytes] of trace.moved) moved.set(binding, (moved.get(binding) ?? 0) + bytes / traces.length);
  }
  let sum = 0;
  for (const [binding, bytes] of moved) {
    const size = buffers.get(binding)?.bytes ?? bytes * waves;
    if (Number.isFinite(size)) sum += Math.min(bytes * waves, size);
  }
  return sum;
}

/** What a wave finds in its registers. */
function startOf(launch: Launch, architecture: Architecture, group: number, wave: number): Start {
  const { statistics, size, groups, buffers, inputs } = launch;
  const place = [
    group % groups[0],
    Math.floor(group / groups[0]) % groups[1],
    Math.floor(group / groups[0] / groups[1]),
  ];
  const scalars = new Map<number, number>([[inputs.set, SET]]);
  const { counts } = inputs;
  if (counts !== undefined) {
    if (countsArePointed(architecture)) scalars.set(counts, GRID);
    else
      groups.forEach((count, at) => {
        scalars.set(counts + at, count);
      });
  }
  inputs.places.forEach((at, direction) => {
    if (at !== undefined) scalars.set(at, place[direction]!);
  });
  if (inputs.wave !== undefined) scalars.set(inputs.wave, wave << 6);
  const first = wave * statistics.lanes;
  const lanes = Math.min(statistics.lanes, size[0] * size[1] * size[2] - first);
  const of = (at: (index: number) => number): Uint32Array =>
    Uint32Array.from({ length: 64 }, (_, lane) => at(first + lane));
  const [x, y, z] = [
    of((index) => index % size[0]),
    of((index) => Math.floor(index / size[0]) % size[1]),
    of((index) => Math.floor(index / size[0] / size[1])),
  ] as const;
  // RDNA 3 has them in one register, ten bits each.
  const places =
    architecture === 'rdna3'
      ? ([x.map((at, lane) => at | (y[lane]! << 10) | (z[lane]! << 20)), y, z] as const)
      : ([x, y, z] as const);
  return { scalars, places, buffers, groups, lanes };
}
