// Random programs of views, writes in place, detached and unrecorded writes, scopes and reads, against an interpreter of their
// meaning: every element is a number with its derivatives by all leaf elements, and a view is a list of positions.
import fc from 'fast-check';
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { expect, test } from 'vitest';
import { programsOf } from '../support/sample';
import {
  combined,
  constant,
  elements,
  fresh,
  LEAF,
  leafOf,
  type Pair,
  product,
  slopes,
  views,
  weighted,
  write,
} from '../support/stored-tensors';

const step = fc.record({
  kind: fc.constantFrom('view', 'view', 'view', 'write', 'write', 'write', 'make', 'read', 'flush', 'scope'),
  target: fc.nat(1000),
  other: fc.nat(1000),
  op: fc.nat(1000),
  c: fc.constantFrom(-1, 0.5, 2, 1.5),
  noGrad: fc.boolean(),
});

type Step = (typeof step extends fc.Arbitrary<infer T> ? T : never) & { kind: string };

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
  const leaf = leafOf(start);
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
      pairs.push(combined(target, peer, s.op % 2 === 0));
    } else if (s.kind === 'read') await check(target);
    else pending.push(check({ t: target.t, r: { ...target.r, memory: target.r.memory.map((e) => ({ ...e })) } }));
  }
  await Promise.all(pending);
  for (const pair of pairs) await check(pair);
  const all = [{ t: x, r: leaf }, ...pairs];
  const expected = slopes(all);
  const total = weighted(all);
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
  // What flushes have kept for the gradients goes; what the tensors show does not.
  await torch.gpu.synchronize();
  for (const pair of pairs) await check(pair);
  return true;
}

test('random programs mean what they mean in PyTorch', { timeout: 600_000 }, async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      if (await runProgram(steps)) compared++;
    }),
    programsOf(15),
  );
  expect(compared).toBeGreaterThan(10);
});

// ── Training steps, each with something else in between ──

interface Training {
  readonly params: nn.Parameter[];
  readonly optimizers: optim.Optimizer[];
  /** What the program still holds at its end. */
  readonly held: torch.Tensor[];
  x: torch.Tensor;
  loss: torch.Tensor;
}

type Act = (s: Training, k: number, c: number) => unknown;

const update: Act = (s, k) => s.optimizers[k % 2]!.step();
const forward: Act = (s, k, c) => {
  const [w, b, v] = s.params as [nn.Parameter, nn.Parameter, nn.Parameter];
  const h = s.x
    .narrow(0, k % 2, 4)
    .matmul(w)
    .add(b)
    .relu();
  s.loss = h.matmul(v).tanh().add(c).pow(2).mean();
};
/** Does nothing where a write in between, or an earlier one, has made that impossible. */
const backward: Act = ({ loss }, k) => {
  if (!loss.requiresGrad) return;
  try {
    loss.backward({ retainGraph: k % 2 === 0 });
  } catch (error) {
    if (!(error instanceof torch.AutogradError && /in-place|used by an earlier/.test(error.message))) throw error;
  }
};
const gradients = (s: Training, k: number) => s.params[k % 3]!.grad;

/** What may come anywhere in a step. */
const acts: readonly Act[] = [
  backward,
  update,
  (s) => s.optimizers[0]!.zeroGrad({ setToNone: false }),
  (s) => nn.utils.clipGradNorm_(s.params, 0.1),
  (s) => nn.utils.clipGradValue_(s.params, 0.02),
  (s, k) => s.held.push(gradients(s, k) ?? s.x),
  (s, k, c) => gradients(s, k)?.mul_(c),
  (s, k) => s.held.push(s.params[k % 3]!.detach().clone()),
  (s, k, c) => s.params[k % 3]!.detach().view(-1).at('1:3').mul_(c),
  (s, _, c) => s.x.at(1).mul_(c),
  (s) => s.held.push(s.loss, s.loss.detach().mul(2)),
  (s, k) => {
    s.params[k % 3]!.grad = null;
  },
  (s, k, c) => {
    s.optimizers[k % 2]!.paramGroups[0]!.lr = 0.1 * Math.abs(c);
  },
  (s, k, c) =>
    s.params[k % 3]!.registerHook((g) => {
      s.held.push(g);
      return g.mul(c);
    }),
  (s, k) => torch.scope(() => s.held.push(s.params[k % 3]!.mul(2).retain())),
  (s) => expect(() => s.loss.add(torch.ones(7, 7).matmul(s.x))).toThrow(torch.ShapeError),
];

const act = fc.record({ op: fc.nat(acts.length - 1), at: fc.nat(3), k: fc.nat(5), c: fc.constantFrom(-0.5, 0.5, 0.9) });

type Between = typeof act extends fc.Arbitrary<infer T> ? T : never;

async function train(steps: readonly (readonly Between[])[], flushes: boolean): Promise<number[]> {
  torch.manualSeed(1);
  const params = [[6, 8], [8], [8, 3]].map((shape) => new nn.Parameter(torch.randn(shape)));
  const s: Training = {
    params,
    optimizers: [
      new optim.Adam(params, { lr: 0.1, eps: 0.1 }),
      new optim.SGD(params.slice(1), { lr: 0.1, momentum: 0.5 }),
    ],
    held: [...params, ...params.map((p) => p.detach().at(-1))],
    x: torch.randn(5, 6),
    loss: torch.zeros([]),
  };
  const settle = async () => flushes && (await torch.gpu.synchronize());
  for (const [n, between] of steps.entries()) {
    for (const [at, fixed] of [forward, backward, update, (() => s.optimizers[0]!.zeroGrad()) as Act].entries()) {
      fixed(s, n, 0.5);
      await settle();
      for (const { op, k, c } of between.filter((one) => one.at === at)) {
        acts[op]!(s, k, c);
        await settle();
      }
    }
  }
  return (await Promise.all(s.held.map(async (t) => Array.from(await t.data(), Number)))).flat();
}

test('random training programs compute the same, whether they are flushed at every line or when need be', {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(act, { maxLength: 3 }), { minLength: 2, maxLength: 5 }), async (steps) => {
      const [lines, whole] = [await train(steps, true), await train(steps, false)];
      expect(whole.length).toBe(lines.length);
      whole.forEach((v, i) => {
        expect(Math.abs(v - lines[i]!)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(v)));
      });
    }),
    programsOf(4),
  );
});
