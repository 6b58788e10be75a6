// Which registers RADV fills before a wave starts: the set of descriptors, the grid's size, the workgroup's place, the wave's. It
// leaves out what the kernel does not ask for, so the order is fixed and the places are not: what the assembly reads tells them.
import type { Architecture } from './gpus';
import type { Program } from './isa';
import { operand } from './operands';

export interface Inputs {
  readonly set: number;
  /** The registers of the grid's size; or of a pointer to it, before RDNA 2. */
  readonly counts: number | undefined;
  readonly places: readonly [number | undefined, number | undefined, number | undefined];
  /** Which wave of the workgroup it is, and how many there are. */
  readonly wave: number | undefined;
}

interface Asked {
  readonly counts: boolean;
  readonly places: readonly [boolean, boolean, boolean];
}

/** What the text of a kernel says that it reads. */
function askedIn(wgsl: string): Asked {
  const names = (builtin: string): string[] =>
    [...wgsl.matchAll(new RegExp(`@builtin\\(${builtin}\\)\\s+(\\w+)`, 'g'))].map(([, name]) => name!);
  const uses = (name: string): string[] =>
    [...wgsl.matchAll(new RegExp(`\\b${name}\\b(?!\\s*:)(?:\\.([xyz]+))?`, 'g'))].map(([, parts]) => parts ?? 'xyz');
  const read = new Set([...names('workgroup_id'), ...names('global_invocation_id')].flatMap(uses).join(''));
  return {
    counts: names('num_workgroups').flatMap(uses).length > 0,
    places: [read.has('x'), read.has('y'), read.has('z')],
  };
}

/** Scalar registers that are read before they are written, in the order of the text. */
function readFirst({ code }: Program, from: number): Set<number> {
  const written = new Set<number>();
  const found = new Set<number>();
  const width = (text: string): number => {
    const [, low = 0, high = low] = /^s\[(\d+):(\d+)\]/.exec(text) ?? [];
    return Number(high) - Number(low) + 1;
  };
  for (const { op, args, kind } of code) {
    const writes = /^s_(cmp|bitcmp|cbranch)/.test(op) || kind === 'store' || kind === 'load' ? 0 : 1;
    args.forEach((text, k) => {
      const of = operand(text);
      if (of.kind !== 's' || (k < writes && of.kind === 's')) return;
      for (let at = of.at; at < of.at + width(text); at++) if (!written.has(at) && at > from && at < 32) found.add(at);
    });
    const to = operand(args[0]);
    if (writes && to.kind === 's') {
      const words = Math.max(width(args[0]!), Number(/dwordx(\d+)/.exec(op)?.[1] ?? 1));
      for (let at = to.at; at < to.at + words; at++) written.add(at);
    }
  }
  return found;
}

const CHOICES = [false, true] as const;

/** Whether the grid's size is behind a pointer. */
export const countsArePointed = (architecture: Architecture): boolean =>
  architecture === 'gcn' || architecture === 'rdna';

export function inputsOf(program: Program, wgsl: string, architecture: Architecture): Inputs {
  const set = setOf(program);
  const asked = askedIn(wgsl);
  const read = readFirst(program, set);
  // The high half of the set's address is written before it is read with the low one; a register of that place is another's.
  let best: { score: number; inputs: Inputs } | undefined;
  for (const counts of CHOICES) {
    for (const x of CHOICES)
      for (const y of CHOICES)
        for (const z of CHOICES)
          for (const wave of CHOICES) {
            let next = set + 1;
            const take = (is: boolean, words = 1): number | undefined => {
              next += is ? words : 0;
              return is ? next - words : undefined;
            };
            const inputs: Inputs = {
              set,
              counts: take(counts, countsArePointed(architecture) ? 2 : 3),
              places: [take(x), take(y), take(z)],
              wave: take(wave),
            };
            const score = fits(inputs, read, next) - differences(asked, { counts, places: [x, y, z] });
            if (!best || score > best.score) best = { score, inputs };
          }
  }
  return best!.inputs;
}

/** How well places agree with what is read: each that is given is read, and nothing else is. */
function fits({ counts, places, wave }: Inputs, read: ReadonlySet<number>, end: number): number {
  let score = 0;
  for (const at of [...places, wave]) if (at !== undefined) score += read.has(at) ? 0 : -8;
  for (const at of read) if (at >= end) score -= 8;
  if (counts !== undefined && ![0, 1, 2].some((k) => read.has(counts + k))) score -= 8;
  return score;
}

const differences = (a: Asked, b: Asked): number =>
  (a.counts === b.counts ? 0 : 3) + a.places.filter((asks, at) => asks !== b.places[at]).length;

/** The first pointer to descriptors that is read. */
function setOf({ code }: Program): number {
  for (const { op, args } of code) {
    const [, at] = /^s\[(\d+):/.exec(args[1] ?? '') ?? [];
    if (op.startsWith('s_load_dwordx4') && at) return Number(at);
  }
  return 2;
}
