// The cost model of kernels of convolutions with workgroup memory: the expected cycles on a GPU.
import { ceilDiv } from './tiles';

// A GPU of about the year 2020, in cycles: its cores have two units of 32 lanes, which compute a wave of 64 in two cycles.
// From AMD's description of RDNA 2, and from the assembly that its compiler makes of the kernel.
const WAVE = 64;
/** A tile should be fast on GPUs with these numbers of cores: a large one, and one of half its size. */
const CORES = [80, 40];
/** Bytes of workgroup memory that a core reads in a cycle. It does not reach the 128 that it could. */
const SHARED_BYTES = 102;
/** Bytes that a core loads from its first cache in a cycle. */
const CACHED_BYTES = 64;
/** The cycles until a load has arrived, and those of a barrier. */
const LATENCY = 600;
const BARRIER = 60;
/** Registers for each lane of a unit, registers that a kernel needs besides its own, and the most waves of a unit. */
const REGISTERS = 512;
const REGISTERS_BESIDE = 24;
const MOST_WAVES = 16;
/** The workgroup memory of a core. */
const CORE_BYTES = 65536;
/** Instructions besides the products: of a turn, and of the rest of an invocation. */
const TURN = 20;
const REST = 200;
/** The cycles of a further dispatch, and the bytes that memory moves in a cycle. */
const DISPATCH = 6750;
const MEMORY_BYTES = 228;

/** The share of a kernel's own work that counts besides the time that memory takes. */
const TIE = 1 / 16;

/** A sum is split into at most this many parts. They fill the cores of a large GPU this many times. */
const MOST_CHUNKS = 64;
const ROUNDS: readonly number[] = [0.5, 1, 2, 4];

/** Into how many parts, `most` at most, it is worth trying to split a sum: numbers that fill a GPU's cores. */
export function chunkCounts(workgroups: number, most: number, mostChunks = MOST_CHUNKS): readonly number[] {
  const counts = new Set([1]);
  for (const rounds of ROUNDS) {
    const chunks = Math.min(most, mostChunks, Math.floor((rounds * CORES[0]!) / workgroups));
    if (chunks > 1) counts.add(chunks);
  }
  return [...counts];
}

export const registersOf = (own: number): number => 8 * ceilDiv(own + REGISTERS_BESIDE, 8);

/** The work of a kernel; instructions, loads and bytes of a lane. */
export interface Work {
  readonly threads: number;
  readonly workgroups: number;
  /** Turns of the loop, and in a turn: instructions, elements that are loaded, and bytes read from workgroup memory. */
  readonly turns: number;
  readonly instructions: number;
  /** Of these, the ones that follow a turn's wait for its loads, where that matters. */
  readonly behind?: number;
  readonly loads: number;
  /** How many bytes of the cache are read for each byte that is used; 1 if neighbouring lanes read neighbours. */
  readonly spread?: number;
  readonly read: number;
  /** Instructions before and after the loop. */
  readonly rest: number;
  /** Registers of its sums and of what it loads. */
  readonly registers: number;
  /** Bytes of workgroup memory. */
  readonly bytes: number;
  /** If the sum is split: the number of parts, and the sums of each. */
  readonly chunks: number;
  readonly sums: number;
  /** Bytes from and to memory. */
  readonly moved?: number;
}

/** The expected cycles of a kernel and of adding its parts. */
export function expectedCycles(work: Work): number {
  const { workgroups, turns, behind = 0, loads, chunks, spread = 1, moved = 0 } = work;
  const waves = Math.max(1, work.threads / WAVE);
  const shared = ((work.read + 4 * loads) * WAVE) / SHARED_BYTES;
  const cached = (4 * spread * loads * WAVE) / CACHED_BYTES;
  // A workgroup of a single wave takes one of the two units.
  const own = Math.max(2, waves);
  const turn = own * Math.max(work.instructions + TURN, shared, cached);
  const possible = Math.min(MOST_WAVES, Math.floor(REGISTERS / registersOf(work.registers)));
  const byRegisters = Math.floor((possible * 2) / waves) || 1;
  const held = Math.max(1, Math.min(byRegisters, Math.floor(CORE_BYTES / work.bytes)));
  const second = chunks > 1 ? DISPATCH + ((chunks + 1) * work.sums * 4) / MEMORY_BYTES : 0;
  // A load takes LATENCY. Products of the same workgroup, and of others on its core, hide a part; it waits for the rest.
  const stored = own * behind;
  const alone = Math.max(turn - stored, LATENCY) + stored + BARRIER;
  let cycles = 0;
  for (const cores of CORES) {
    const rounds = ceilDiv(workgroups, waves === 1 ? 2 * cores : cores);
    const beside = Math.min(held, rounds);
    const first = LATENCY / beside;
    const whole = rounds * (turns * Math.max(turn, alone / beside) + own * (work.rest + REST) + first);
    // Memory is as much slower as there are fewer cores. Of kernels that wait for it, that with the least work is the best.
    const memory = (moved / MEMORY_BYTES) * (CORES[0]! / cores);
    cycles += ((Math.max(whole, memory) + whole * TIE + second) * cores) / CORES[0]!;
  }
  return cycles / CORES.length;
}
