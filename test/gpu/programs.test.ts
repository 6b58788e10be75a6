// Random programs of views, writes in place, detached and unrecorded writes, scopes and reads, against an interpreter of their
// meaning: every element is a number with its derivatives by all leaf elements, and a view is a list of positions.
import fc from 'fast-check';
import * as torch from 'lamplight';
import { expect, test } from 'vitest';

interface Element {
  v: number;
  /** Derivatives by the elements of the leaf. */
  d: number[];
}

interface Reference {
  memory: Element[];
  at: number[];
  shape: number[];
  detached: boolean;
  /** Writes need noGrad. */
  leaf: boolean;
}

type Pair = { t: torch.Tensor; r: Reference };

const LEAF = [2, 3];
const COUNT = 6;
const none = () => new Array<number>(COUNT).fill(0);
const count = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

const elements = ({ memory, at, detached }: Reference): Element[] =>
  at.map((i) => ({ v: memory[i]!.v, d: detached ? none() : memory[i]!.d }));

const fresh = (memory: Element[], shape: number[]): Reference => ({
  memory,
  at: memory.map((_, i) => i),
  shape,
  detached: false,
  leaf: false,
});

/** The positions of a view whose element [i, j, …] is element `from(i, j, …)` of `r`. */
function pick(r: Reference, shape: number[], from: (index: number[]) => number[]): Reference {
  const at = Array.from({ length: count(shape) }, (_, k) => {
    const index = shape.map(() => 0);
    for (let d = shape.length - 1, rest = k; d >= 0; d--) {
      index[d] = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
    return r.at[from(index).reduce((sum, i, d) => sum * r.shape[d]! + i, 0)]!;
  });
  return { ...r, at, shape };
}

const views: ((p: Pair, k: number) => Pair | null)[] = [
  ({ t, r }, k) => {
    if (r.shape.length === 0) return null;
    const d = k % r.shape.length;
    const start = k % r.shape[d]!;
    const step = 1 + (k % 2);
    const length = Math.ceil((r.shape[d]! - start) / step);
    const shape = r.shape.map((size, e) => (e === d ? length : size));
    const indices = r.shape.map((_, e) => (e === d ? `${start - r.shape[d]!}::${step}` : ':'));
    return {
      t: t.at(...indices),
      r: pick(r, shape, (index) => index.map((i, e) => (e === d ? start + i * step : i))),
    };
  },
  ({ t, r }, k) => {
    if (r.shape.length === 0) return null;
    const d = k % r.shape.length;
    const chosen = k % r.shape[d]!;
    const shape = r.shape.filter((_, e) => e !== d);
    return { t: t.select(d, chosen), r: pick(r, shape, (index) => index.toSpliced(d, 0, chosen)) };
  },
  ({ t, r }) => {
    const shape = r.shape.toReversed();
    return { t: t.T, r: pick(r, shape, (index) => index.toReversed()) };
  },
  ({ t, r }) => (t.isContiguous() ? { t: t.view(-1), r: { ...r, shape: [r.at.length] } } : null),
  ({ t, r }, k) => {
    const d = k % (r.shape.length + 1);
    return { t: t.unsqueeze(d), r: { ...r, shape: r.shape.toSpliced(d, 0, 1) } };
  },
  ({ t, r }) => ({ t: t.detach(), r: { ...r, detached: true, leaf: false } }),
];

const sum = (a: Element, b: Element): Element => ({ v: a.v + b.v, d: a.d.map((x, i) => x + b.d[i]!) });
const product = (a: Element, b: Element): Element => ({
  v: a.v * b.v,
  d: a.d.map((x, i) => x * b.v + b.d[i]! * a.v),
});
const constant = (v: number): Element => ({ v, d: none() });

/** In-place operations: what they do to the tensor, and to each element. */
const writes: [
  (t: torch.Tensor, c: number, other: torch.Tensor) => unknown,
  (a: Element, c: number, b: Element) => Element,
][] = [
  [(t, c) => t.add_(c), (a, c) => sum(a, constant(c))],
  [(t, c) => t.mul_(c), (a, c) => product(a, constant(c))],
  [(t, c) => t.fill_(c), (_, c) => constant(c)],
  [(t, _, other) => t.copy_(other), (_a, _c, b) => b],
  [(t, _, other) => t.add_(other), (a, _, b) => sum(a, b)],
  [(t, _, other) => t.mul_(other), (a, _, b) => product(a, b)],
];

const step = fc.record({
  kind: fc.constantFrom('view', 'view', 'view', 'write', 'write', 'write', 'make', 'read', 'flush', 'scope'),
  target: fc.nat(1000),
  other: fc.nat(1000),
  op: fc.nat(1000),
  c: fc.constantFrom(-1, 0.5, 2, 1.5),
  noGrad: fc.boolean(),
});

type Step = (typeof step extends fc.Arbitrary<infer T> ? T : never) & { kind: string };

function write({ t, r }: Pair, other: Pair | null, { op, c, noGrad }: Step): void {
  if (r.leaf && !noGrad) return;
  const [run, meaning] = writes[op % (other ? writes.length : 3)]!;
  const sources = other ? elements(other.r) : r.at.map(() => constant(0));
  const before = elements(r);
  const call = () => run(t, c, other?.t ?? t);
  if (noGrad) torch.noGrad(call);
  else call();
  r.at.forEach((i, k) => {
    const after = meaning(before[k]!, c, sources[k]!);
    r.memory[i] = { v: after.v, d: noGrad || r.detached ? r.memory[i]!.d : after.d };
  });
}

async function check({ t, r }: Pair): Promise<void> {
  const got = Array.from(await t.data());
  expect(got.length).toBe(r.at.length);
  elements(r).forEach(({ v }, i) => {
    expect(Math.abs(got[i]! - v)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(v)));
  });
}

/** Runs a program both ways; returns whether its gradient was compared, rather than refused for a write to a saved value. */
async function runProgram(steps: readonly Step[]): Promise<boolean> {
  const start = [1, -2, 3, 0.5, 2, -1];
  const x = torch.tensor(start).view(LEAF).clone().requiresGrad_();
  const leaf = fresh(
    start.map((v, i) => ({ v, d: none().with(i, 1) })),
    LEAF,
  );
  leaf.leaf = true;
  const buffer = fresh(
    Array.from({ length: 12 }, (_, i) => constant(i)),
    [3, 4],
  );
  const pairs: Pair[] = [
    { t: x, r: leaf },
    { t: torch.arange(12, { dtype: 'float32' }).view(3, 4), r: buffer },
    {
      t: x.mul(2),
      r: fresh(
        elements(leaf).map((e) => product(e, constant(2))),
        LEAF,
      ),
    },
  ];
  const pending: Promise<void>[] = [];
  for (const s of steps) {
    const target = pairs[s.target % pairs.length]!;
    const same = pairs.filter(({ r }) => r.shape.join() === target.r.shape.join());
    const peer = same[s.other % same.length]!;
    if (s.kind === 'view' || s.kind === 'scope') {
      const make = () => views[s.op % views.length]!(target, s.other);
      const view = s.kind === 'scope' ? torch.scope(make) : make();
      if (view) pairs.push(view);
    } else if (s.kind === 'write') {
      // What requires grad is not written through a detached view: that would make the view require grad, and it alone.
      const plain = target.r.detached || s.other % 3 === 0;
      write(target, plain ? null : peer, s);
    } else if (s.kind === 'make') {
      const [a, b] = [elements(target.r), elements(peer.r)];
      const adds = s.op % 2 === 0;
      const t = torch.scope(() => (adds ? target.t.add(peer.t) : target.t.mul(peer.t)));
      pairs.push({
        t,
        r: fresh(
          a.map((e, i) => (adds ? sum : product)(e, b[i]!)),
          target.r.shape,
        ),
      });
    } else if (s.kind === 'read') await check(target);
    else pending.push(check({ t: target.t, r: { ...target.r, memory: target.r.memory.map((e) => ({ ...e })) } }));
  }
  await Promise.all(pending);
  for (const pair of pairs) await check(pair);
  const expected = none();
  let total: torch.Tensor = x.sum();
  const contribute = (r: Reference, weight: number) => {
    for (const { d } of elements(r)) for (let i = 0; i < COUNT; i++) expected[i]! += weight * d[i]!;
  };
  contribute(leaf, 1);
  pairs.forEach(({ t, r }, k) => {
    total = total.add(t.sum().mul(k + 1));
    contribute(r, k + 1);
  });
  try {
    total.backward();
  } catch (error) {
    if (error instanceof torch.AutogradError && /in-place/.test(error.message)) return false;
    throw error;
  }
  const got = Array.from(await x.grad!.data());
  expected.forEach((g, i) => {
    expect(Math.abs(got[i]! - g)).toBeLessThanOrEqual(1e-3 * Math.max(1, Math.abs(g)));
  });
  return true;
}

test('random programs mean what they mean in PyTorch', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      if (await runProgram(steps)) compared++;
    }),
    { numRuns: 60, seed: 7 },
  );
  expect(compared).toBeGreaterThan(20);
});
