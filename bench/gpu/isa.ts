// Reads the assembly that RADV writes: instructions with their kinds, and the loops (by branches that go back) with what each holds.

export type Kind =
  | 'fma'
  | 'valu'
  | 'salu'
  | 'ldsRead'
  | 'ldsWrite'
  | 'lane'
  | 'load'
  | 'store'
  | 'atomic'
  | 'scalarLoad'
  | 'branch'
  | 'barrier'
  | 'wait'
  | 'other';

export interface Instruction {
  /** The name without what only tells the encoding, such as `_e32`. */
  readonly op: string;
  readonly args: readonly string[];
  readonly kind: Kind;
  /** Of branches: the instruction that they lead to. */
  readonly to: number | undefined;
  /** Of loads and stores: bytes a lane. */
  readonly bytes: number;
  /** Vector instructions of the rate of multiplications that it takes as long as: 32-bit integer products and reciprocals four. */
  readonly slots: number;
}

export interface Loop {
  readonly from: number;
  readonly to: number;
  readonly inner: Loop[];
}

export interface Program {
  readonly code: readonly Instruction[];
  /** The whole of it, with its loops. */
  readonly root: Loop;
}

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [
    /^v_(dual_)?(pk_)?(fma|fmac|mad|mac|fmaak|fmamk|madak|madmk)_(legacy_|mix_)?(mix)?(lo_|hi_)?f(16|32)|^v_fma_mix|^v_dot\d/,
    'fma',
  ],
  [/^ds_(read|load)/, 'ldsRead'],
  [/^ds_(bpermute|permute|swizzle)/, 'lane'],
  [/^ds_/, 'ldsWrite'],
  [/^(buffer|global|flat|tbuffer|image|scratch)_(load|gather)/, 'load'],
  [/^(buffer|global|flat|tbuffer|image|scratch)_store/, 'store'],
  [/^(buffer|global|flat)_(atomic|gl)/, 'atomic'],
  [/^v_/, 'valu'],
  [/^s_(load|buffer_load)/, 'scalarLoad'],
  [/^s_(cbranch|branch|setpc|swappc|endpgm)/, 'branch'],
  [/^s_barrier/, 'barrier'],
  [/^s_(waitcnt|nop|delay|clause|inst_prefetch|sleep|code_end|sendmsg|dcache|set_inst)/, 'wait'],
  [/^s_/, 'salu'],
];

const kindOf = (op: string): Kind => KINDS.find(([pattern]) => pattern.test(op))?.[1] ?? 'other';

function bytesOf(op: string, kind: Kind): number {
  if (!['load', 'store', 'atomic', 'ldsRead', 'ldsWrite', 'scalarLoad'].includes(kind)) return 0;
  const twice = /^ds_(read|write|load|store)2/.test(op) ? 2 : 1;
  if (/[us]byte|[bui]8$/.test(op)) return twice;
  if (/short|[bui]16$/.test(op)) return 2 * twice;
  const [, words = ''] = /dword(?:x(\d+))?/.exec(op) ?? [];
  if (op.includes('dword')) return 4 * Number(words || 1);
  return (Number(/b(\d+)$/.exec(op)?.[1] ?? 32) / 8) * twice;
}

const slotsOf = (op: string, kind: Kind): number => {
  if (kind !== 'fma' && kind !== 'valu') return 0;
  return /^v_(mul_(lo|hi)_[ui]32|mad_[ui]64|rcp|rsq|sqrt|exp|log|sin|cos)/.test(op) ? 4 : 1;
};

export function parse(text: string): Program {
  const lines: { op: string; args: readonly string[] }[] = [];
  const labels = new Map<string, number>();
  for (const line of text.split('\n')) {
    const label = /^(BB\d+):/.exec(line);
    if (label) labels.set(label[1]!, lines.length);
    const [, op, args = ''] = /^\s+([a-z][a-z0-9_]+)\s*(.*?)(?:;|$)/.exec(line) ?? [];
    // Commas part operands, but not those of a permutation in brackets.
    if (op)
      lines.push({ op: op.replace(/_e(32|64)$/, ''), args: args.trim() ? args.trim().split(/,\s*(?![^[]*\])/) : [] });
  }
  const code = lines.map(({ op, args }): Instruction => {
    const kind = kindOf(op);
    const to = kind === 'branch' ? labels.get(args[0] ?? '') : undefined;
    return { op, args, kind, to, bytes: bytesOf(op, kind), slots: slotsOf(op, kind) };
  });
  return { code, root: loopsOf(code) };
}

function loopsOf(code: readonly Instruction[]): Loop {
  const ends = new Map<number, number>();
  code.forEach(({ to }, at) => {
    if (to !== undefined && to <= at) ends.set(to, Math.max(at, ends.get(to) ?? 0));
  });
  const loops = [...ends].sort(([a, x], [b, y]) => a - b || y - x);
  const root: Loop = { from: 0, to: code.length - 1, inner: [] };
  const open = [root];
  for (const [from, to] of loops) {
    while (open.length > 1 && open.at(-1)!.to < from) open.pop();
    const loop: Loop = { from, to, inner: [] };
    open.at(-1)!.inner.push(loop);
    open.push(loop);
  }
  return root;
}

/** How many instructions of a kind, or of those that `is` tells, stand in a loop. */
export function count(
  code: readonly Instruction[],
  { from, to }: Loop,
  is: Kind | ((one: Instruction) => boolean),
): number {
  let total = 0;
  for (let at = from; at <= to; at++) {
    const one = code[at]!;
    if (typeof is === 'function' ? is(one) : one.kind === is) total++;
  }
  return total;
}

/** A wait for loads from memory. */
export const isMemoryWait = ({ op, args }: Instruction): boolean =>
  op === 's_waitcnt' && args.some((arg) => arg.includes('vmcnt'));
