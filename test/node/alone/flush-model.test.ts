// What a flush stores, makes again, frees and takes back, against an interpreter that stores everything: random programs of
// operations, views, writes in place, gradients and steps, whose tensors are dropped, whose jobs fail, and whose device is lost. A process of its
// own: a snapshot takes all optimizers that there are, and those of other tests have no device that answers.
import fc from 'fast-check';
import * as torch from 'lamplight';
import { optim } from 'lamplight';
import { expect, test } from 'vitest';
import { flush } from '../../../src/engine/graph/flush';
import { hostEngine } from '../../support/host-engine';
import { programsOf } from '../../support/sample';
import {
  combined,
  constant,
  type Element,
  elements,
  fresh,
  LEAF,
  leafOf,
  type Pair,
  slopes,
  views,
  weighted,
  write,
} from '../../support/stored-tensors';

const late = { on: false };
const host = hostEngine(() => late.on);

const kinds = [
  'view',
  'view',
  'write',
  'write',
  'make',
  'make',
  'scope',
  'read',
  'flush',
  'drop',
  'dispose',
  'late',
  'backward',
  'step',
  'fail',
  'snapshot',
  'lose',
] as const;

const act = fc.record({
  kind: fc.constantFrom(...kinds),
  target: fc.nat(1000),
  other: fc.nat(1000),
  op: fc.nat(1000),
  c: fc.constantFrom(-1, 0.5, 2, 1.5),
  noGrad: fc.boolean(),
});

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

const START = [1, -2, 3, 0.5, 2, -1];
const RATE = 0.25;

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b));

/** A random program. All elements along the last dimension, of size `columns`, are the same. */
class Machine {
  readonly leaf = leafOf(START);
  readonly x: torch.Tensor;
  readonly optimizer: optim.SGD;
  pairs: Pair[];
  /** By the memory of tensors, what it held at the last flush, and at the last snapshot. */
  private flushed = new Map<Element[], Element[]>();
  private copied = new Map<Element[], Element[]>();
  /** All that it ever held at a flush: an automatic snapshot may have copied that. */
  private readonly past = new Map<Element[], Element[][]>();

  constructor(readonly columns: number) {
    const wide = (shape: readonly number[], values: readonly number[]) =>
      torch
        .tensor(Float32Array.from(values.flatMap((v) => new Array<number>(columns).fill(v))))
        .view([...shape, columns]);
    this.x = wide(LEAF, START).clone().requiresGrad_();
    this.optimizer = new optim.SGD([this.x], { lr: RATE });
    const buffer = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    this.pairs = [
      { t: this.x, r: this.leaf },
      { t: wide([3, 4], buffer).clone(), r: fresh(buffer.map(constant), [3, 4]) },
      combined({ t: this.x, r: this.leaf }, { t: this.x, r: this.leaf }, true),
    ];
    this.noteFlush();
    this.flushed.clear();
  }

  async run(acts: readonly Act[]): Promise<void> {
    for (const one of acts) await this.act(one);
    for (const pair of this.pairs) await this.check(pair);
    await this.backward(this.pairs);
    for (const pair of this.pairs) await this.check(pair);
  }

  private async act(act: Act): Promise<void> {
    const { kind, op, other, target } = act;
    const { pairs } = this;
    const pair = pairs[target % pairs.length]!;
    const same = pairs.filter(({ r }) => r.shape.join() === pair.r.shape.join());
    const peer = same[other % same.length]!;
    switch (kind) {
      case 'view':
      case 'scope': {
        const make = () => views[op % views.length]!(pair, other);
        const view = kind === 'scope' ? torch.scope(make) : make();
        if (view) pairs.push(view);
        return;
      }
      case 'write':
        // What requires grad is not written through a detached view: that would make the view require grad, and it alone.
        write(pair, pair.r.detached || other % 3 === 0 ? null : peer, act);
        return;
      case 'make':
        pairs.push(combined(pair, peer, op % 2 === 0));
        return;
      case 'read':
        return this.check(pair);
      case 'flush':
        return this.flush();
      case 'drop':
      case 'dispose':
        this.drop(pair, kind === 'dispose');
        return;
      case 'late':
        late.on = !late.on;
        return;
      case 'backward':
      case 'step':
        await this.backward(pairs.filter((_, k) => (op >> (k % 8)) % 2 === 0));
        if (kind === 'step') this.step();
        return;
      case 'fail':
        return this.fail();
      case 'snapshot':
        late.on = false;
        await torch.gpu.snapshot();
        this.noteFlush();
        this.copied = new Map(this.flushed);
        return;
      case 'lose':
        return this.lose();
    }
  }

  private noteFlush(): void {
    this.flushed = new Map(this.pairs.map(({ r: { memory } }) => [memory, [...memory]]));
    for (const [memory, contents] of this.flushed) this.past.set(memory, [...(this.past.get(memory) ?? []), contents]);
  }

  private flush(): void {
    flush();
    this.noteFlush();
  }

  private drop(pair: Pair, disposes: boolean): void {
    if (pair.r === this.leaf) return;
    this.pairs.splice(this.pairs.indexOf(pair), 1);
    if (disposes && !this.pairs.some(({ r }) => r.memory === pair.r.memory)) pair.t.dispose();
  }

  /** What a tensor holds, one number for each element that the interpreter has; or the error of the read. */
  private async read({ t, r }: Pair): Promise<number[] | Error> {
    try {
      const data = Array.from(await t.data());
      expect(data.length).toBe(r.at.length * this.columns);
      const found = r.at.map((_, i) => data[i * this.columns]!);
      expect(data.every((v, i) => Object.is(v, found[Math.floor(i / this.columns)]))).toBe(true);
      return found;
    } catch (error) {
      return error as Error;
    }
  }

  private async check(pair: Pair): Promise<void> {
    const found = await this.read(pair);
    this.noteFlush();
    if (found instanceof Error) throw found;
    const expected = elements(pair.r).map(({ v }) => v);
    expect([found, found.every((v, i) => close(v, expected[i]!))]).toEqual([found, true]);
  }

  private async backward(of: readonly Pair[]): Promise<void> {
    const all = [{ t: this.x, r: this.leaf }, ...of];
    const expected = slopes(all);
    this.x.grad = null;
    try {
      weighted(all).backward();
      const grad = this.x.grad!;
      const found = Array.from(await grad.data());
      this.noteFlush();
      expected.forEach((g, i) => {
        expect(Math.abs(found[i * this.columns]! - g)).toBeLessThanOrEqual(1e-3 * Math.max(1, Math.abs(g)));
      });
      this.slope = expected;
    } catch (error) {
      if (!(error instanceof torch.AutogradError && /in-place/.test(error.message))) throw error;
    }
    this.detach();
  }

  private slope: number[] | null = null;

  private step(): void {
    if (this.slope) this.optimizer.step();
    this.slope?.forEach((g, i) => {
      const { v, d } = this.leaf.memory[i]!;
      this.leaf.memory[i] = { v: v - RATE * g, d };
    });
    this.slope = null;
    this.noteFlush();
  }

  /** From now on, tensors show their numbers only. */
  private detach(): void {
    this.pairs = this.pairs.map((pair) =>
      pair.r === this.leaf ? pair : { t: pair.t.detach(), r: { ...pair.r, detached: true } },
    );
  }

  /** Fails the first job of a flush. A graph through what it should have computed is an error from then on. */
  private async fail(): Promise<void> {
    const saved = (memory: Element[]) => before.get(memory);
    const before = this.flushed;
    // What no flush has stored yet may be on the host.
    const first = (memory: Element[]) => this.past.get(memory)?.[0];
    if (host.failing(flush)) {
      await this.goBack((memory) => [saved(memory) ?? first(memory) ?? []], saved);
      this.detach();
    }
    this.noteFlush();
  }

  private async lose(): Promise<void> {
    late.on = false;
    host.lose();
    const { copied } = this;
    await this.goBack(
      (memory) => this.past.get(memory) ?? [],
      (memory) => copied.get(memory),
    );
    this.detach();
    this.noteFlush();
  }

  /**
   * Each tensor holds what it held, or what it held `before`. It may be gone if it does not hold what was `kept`; then the
   * program goes on without it.
   */
  private async goBack(
    before: (memory: Element[]) => readonly Element[][],
    kept: (memory: Element[]) => Element[] | undefined,
  ): Promise<void> {
    const chosen = new Map<Element[], Element[]>();
    const left: Pair[] = [];
    for (const pair of this.pairs) {
      const { memory, at } = pair.r;
      const found = await this.read(pair);
      const safe = kept(memory);
      if (found instanceof Error) {
        if (safe?.every((e, i) => e === memory[i])) throw found;
        continue;
      }
      left.push(pair);
      const fits = (contents: Element[]) => found.every((v, i) => close(v, contents[at[i]!]?.v ?? Number.NaN));
      const known = chosen.get(memory);
      const is = known ? [known].find(fits) : [memory, ...before(memory).toReversed()].find(fits);
      expect([found, is !== undefined]).toEqual([found, true]);
      chosen.set(memory, [...is!]);
    }
    this.pairs = left;
    for (const [memory, contents] of chosen) memory.splice(0, memory.length, ...contents);
  }
}

test.each([
  ['small', 1],
  ['large', 3000],
] as const)('random programs with %s values', async (_, columns) => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 16 }), async (acts) => {
      late.on = false;
      await new Machine(columns).run(acts);
    }),
    programsOf(columns === 1 ? 200 : 40),
  );
});

test('a tensor that is made again through a parameter outlives the step that moves the parameter', async () => {
  late.on = false;
  const x = torch.ones(2, 9000).clone().requiresGrad_();
  const y = x.add(x);
  x.sum().add(y.sum()).backward();
  await x.grad!.data();
  new optim.SGD([x], { lr: 1 }).step();
  expect((await y.data()).every((v) => v === 2)).toBe(true);
  expect((await x.data()).every((v) => v === -2)).toBe(true);
});

test('a tensor that was disposed of while it was only recorded is made again for the gradient of what was made from it', async () => {
  late.on = false;
  const x = torch.full([2, 3], 2, { dtype: 'float32' }).requiresGrad_();
  const y = torch.scope(() => x.add(x));
  const z = torch.scope(() => x.mul(y));
  y.dispose();
  expect([...(await z.data())]).toEqual(new Array(6).fill(8));
  z.sum().backward();
  expect([...(await x.grad!.data())]).toEqual(new Array(6).fill(8));
});

test('a parameter that a failed job should have filled does not hold that number after a loss of the device', async () => {
  late.on = false;
  const x = torch.tensor([1.5, -2]).clone().requiresGrad_();
  x.sum().backward();
  await x.grad!.data();
  // From here on it is a slice of the optimizer's buffer.
  new optim.SGD([x], { lr: 0.25 }).step();
  torch.noGrad(() => x.fill_(-1));
  expect(host.failing(flush)).toBe(true);
  expect([...(await x.data())]).toEqual([1.25, -2.25]);
  host.lose();
  const back = await x.data().then((data) => [...data], String);
  expect(back).not.toEqual([-1, -1]);
});
