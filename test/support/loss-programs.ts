// Random programs that lose their device: models, optimizers, copies, loads, writes and reads, beside the same without a loss.
import fc from 'fast-check';
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { lose } from './losing';

/** More floats than 64 KiB hold: small data stays on the host when it is uploaded, this does not. */
const WIDE = 17_000;
const KINDS = {
  sgd: (params: nn.Parameter[]) => new optim.SGD(params, { lr: 0.1 }),
  momentum: (params: nn.Parameter[]) => new optim.SGD(params, { lr: 0.1, momentum: 0.9 }),
  adam: (params: nn.Parameter[]) => new optim.AdamW(params, { lr: 0.1 }),
};
type Kind = keyof typeof KINDS;

/** Few kernels: a new device compiles them all. */
class Net extends nn.Module {
  readonly weight = new nn.Parameter(torch.rand(4));
  readonly wide = new nn.Parameter(torch.rand(WIDE));
  declare mean: Tensor;
  declare seen: Tensor;

  constructor() {
    super();
    this.registerBuffer('mean', torch.zeros(4));
    this.registerBuffer('seen', torch.zeros(4));
  }

  forward(x: Tensor): Tensor {
    if (this.training) torch.noGrad(() => this.mean.lerp_(x, 0.25));
    return this.weight.mul(x).square().sum().add(this.wide.square().sum());
  }
}

const MODELS = ['a', 'b', 'still'] as const;
type ModelName = (typeof MODELS)[number];

/** What a program may do next. Numbers choose among values. */
type Op =
  | { readonly op: 'step' | 'loadOptimizerBytes' | 'loadOptimizerLive'; readonly of: 'a' | 'b'; readonly n: number }
  | {
      readonly op: 'forward' | 'saveBytes' | 'loadBytes' | 'deepcopy' | 'assign';
      readonly of: ModelName;
      readonly n: number;
    }
  | { readonly op: 'loadLive' | 'copyFromCopy'; readonly of: ModelName; readonly n: number }
  | {
      readonly op: 'plain' | 'write' | 'read' | 'average' | 'snapshot' | 'lose';
      readonly of: ModelName;
      readonly n: number;
    };

const ofModel = fc.constantFrom(...MODELS);
const number = fc.integer({ min: 0, max: 999 });
const opOf = (names: readonly Op['op'][], of: fc.Arbitrary<ModelName>) =>
  fc.record({ op: fc.constantFrom(...names), of, n: number }) as fc.Arbitrary<Op>;

/** Programs, and the kinds of optimizers that they have. */
export const lossPrograms = fc.record({
  kinds: fc.tuple(
    fc.constantFrom(...(Object.keys(KINDS) as Kind[])),
    fc.constantFrom(...(Object.keys(KINDS) as Kind[])),
  ),
  ops: fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: opOf(['step', 'step', 'step', 'loadOptimizerBytes', 'loadOptimizerLive'], fc.constantFrom('a', 'b')),
      },
      { weight: 4, arbitrary: opOf(['saveBytes', 'loadBytes', 'loadLive', 'deepcopy', 'copyFromCopy'], ofModel) },
      { weight: 5, arbitrary: opOf(['forward', 'write', 'read', 'average', 'assign'], ofModel) },
      { weight: 2, arbitrary: opOf(['plain'], ofModel) },
      { weight: 1, arbitrary: opOf(['snapshot'], ofModel) },
      { weight: 1, arbitrary: opOf(['lose'], ofModel) },
    ),
    { minLength: 3, maxLength: 14 },
  ),
});
type Program = typeof lossPrograms extends fc.Arbitrary<infer P> ? P : never;

/** Numbers by name: of one optimizer and its parameters, or of one tensor, which come back together. */
type Group = Readonly<Record<string, Numbers>>;
type Numbers = ArrayLike<number>;
type State = Readonly<Record<string, Group>>;

class World {
  readonly models: Record<ModelName, Net>;
  readonly optimizers: Record<'a' | 'b', optim.Optimizer>;
  readonly averaged: optim.swaUtils.AveragedModel<Net>;
  copy: Net | null = null;
  /** Tensors that no module knows: written in place, or in the place of others. */
  readonly plain: Record<string, Tensor> = {
    total: torch.zeros(4),
    wide: torch.rand(WIDE, { generator: new torch.Generator().manualSeed(5) }),
    latest: torch.zeros(4),
  };
  bytes: { readonly model: Uint8Array; readonly optimizer: Uint8Array | null; readonly kind: Kind | null } | null =
    null;
  /** Names of plain tensors of which there may be no copy before the next snapshot. */
  readonly uncopied = new Set(Object.keys(this.plain).map((name) => `plain ${name}`));
  /** Tensors by name, and the number of the operation since which each of them is there. */
  readonly born = new Map<string, number>();

  constructor(private readonly kinds: readonly [Kind, Kind]) {
    torch.manualSeed(1);
    this.models = { a: new Net(), b: new Net(), still: new Net() };
    this.optimizers = {
      a: KINDS[kinds[0]](this.models.a.parameters()),
      b: KINDS[kinds[1]](this.models.b.parameters()),
    };
    this.averaged = new optim.swaUtils.AveragedModel(this.models.a, {
      multiAvgFn: optim.swaUtils.getEmaMultiAvgFn(0.5),
    });
  }

  #kindOf(of: 'a' | 'b'): Kind {
    return this.kinds[of === 'a' ? 0 : 1];
  }

  async run({ op, of, n }: Op, at: number): Promise<void> {
    const model = this.models[of];
    const optimizer = this.optimizers[of as 'a' | 'b'];
    const data = (count: number) =>
      torch.tensor(Array.from({ length: count }, (_, i) => ((n + 7 * i * i) % 13) / 6 - 1));
    switch (op) {
      case 'step': {
        optimizer.zeroGrad();
        const loss = (model as unknown as (x: Tensor) => Tensor)(data(4));
        loss.backward();
        optimizer.step();
        if (n % 3 === 0) await loss.item();
        return;
      }
      case 'forward':
        torch.noGrad(() => (model as unknown as (x: Tensor) => Tensor)(data(4)));
        if (n % 2 === 0) await model.mean.data();
        return;
      case 'saveBytes': {
        const live = of === 'still' ? null : this.optimizers[of];
        const model = await torch.saveBytes(this.models[of].stateDict());
        const saved = live && (await torch.saveBytes(live.stateDict(), 'x.pt'));
        this.bytes = { model, optimizer: saved, kind: of === 'still' ? null : this.#kindOf(of) };
        return;
      }
      case 'loadBytes':
        if (this.bytes) model.loadStateDict(await torch.load(this.bytes.model));
        return;
      case 'loadOptimizerBytes': {
        const { bytes } = this;
        if (!bytes?.optimizer || bytes.kind !== this.#kindOf(of as 'a')) return;
        if (n % 2 === 0) model.loadStateDict(await torch.load(bytes.model));
        optimizer.loadStateDict((await torch.load(bytes.optimizer)) as never);
        if (n % 2 === 1 && n % 5 === 0) model.loadStateDict(await torch.load(bytes.model));
        return;
      }
      case 'loadOptimizerLive':
        if (this.kinds[0] === this.kinds[1])
          optimizer.loadStateDict(this.optimizers[of === 'a' ? 'b' : 'a'].stateDict());
        else optimizer.loadStateDict(optimizer.stateDict());
        return;
      case 'loadLive':
        model.loadStateDict(this.models[MODELS[n % 3]!].stateDict());
        return;
      case 'deepcopy':
        this.copy = torch.deepcopy(model);
        for (const name of Object.keys(this.copy.stateDict())) this.born.set(`copy ${name}`, at);
        return;
      case 'copyFromCopy':
        if (this.copy) model.loadStateDict(this.copy.stateDict());
        return;
      case 'assign':
        model.seen = n % 2 === 0 ? data(4).mul(3) : model.weight.detach().mul(2);
        this.born.set(`${of} seen`, at);
        return;
      case 'plain': {
        const { plain } = this;
        if (n % 4 === 0) plain.total!.add_(data(4));
        else if (n % 4 === 1)
          plain
            .wide!.at(`${n}:${n + 9}`)
            .mul_(0.5)
            .add_(plain.total!.sum());
        else if (n % 4 === 2) plain.latest = plain.latest!.mul(0.5).add(data(4));
        else plain.output = (model as unknown as (x: Tensor) => Tensor)(data(4));
        if (n % 4 > 1) this.born.set(n % 4 === 2 ? 'plain latest' : 'plain output', at);
        return;
      }
      case 'write': {
        const targets = [...Object.values(model.stateDict()), ...(this.copy?.parameters() ?? [])];
        const target = targets[n % targets.length]!;
        torch.noGrad(() => {
          if (n % 4 === 0) target.fill_(n / 100);
          else if (n % 4 === 1) target.mul_(0.5).add_(data(1));
          else if (n % 4 === 2)
            target.copy_(torch.rand(target.shape, { generator: new torch.Generator().manualSeed(n) }));
          else target.lerp_(target.square(), 0.5);
        });
        return;
      }
      case 'read': {
        const all = Object.values(this.#tensors()).flatMap((group) => Object.values(group));
        await Promise.all([all[n % all.length]!, all[(7 * n) % all.length]!].map((tensor) => tensor.data()));
        return;
      }
      case 'average':
        this.averaged.updateParameters(this.models.a);
        return;
      case 'snapshot':
        await torch.gpu.snapshot();
        return;
    }
  }

  /** Tensors that come back together, by the name of what they belong to. */
  #tensors(): Record<string, Record<string, Tensor>> {
    const groups: Record<string, Record<string, Tensor>> = {};
    const alone = (prefix: string, model: Net) => {
      for (const [name, tensor] of Object.entries(model.stateDict())) groups[`${prefix} ${name}`] = { '': tensor };
    };
    for (const of of ['a', 'b'] as const) {
      const model = this.models[of];
      alone(of, model);
      const group: Record<string, Tensor> = {};
      for (const [name, parameter] of model.namedParameters()) {
        delete groups[`${of} ${name}`];
        group[name] = parameter;
      }
      for (const [i, { step: _, ...tensors }] of Object.entries(this.optimizers[of].stateDict().state)) {
        for (const [name, tensor] of Object.entries(tensors)) group[`${i} ${name}`] = tensor as Tensor;
      }
      groups[`optimizer ${of}`] = group;
    }
    alone('still', this.models.still);
    groups.average = this.averaged.stateDict();
    if (this.copy) alone('copy', this.copy);
    for (const [name, tensor] of Object.entries(this.plain)) groups[`plain ${name}`] = { '': tensor };
    return groups;
  }

  /** The numbers of all; null for what is gone, which is a DeviceLostError. */
  async state(): Promise<Record<string, Group | null>> {
    const groups = Object.entries(this.#tensors());
    return Object.fromEntries(
      await Promise.all(groups.map(async ([name, group]) => [name, await this.#read(name, group)])),
    );
  }

  async #read(name: string, tensors: Record<string, Tensor>): Promise<Group | null> {
    const reads = Object.entries(tensors).map(
      async ([part, tensor]) => [part, (await tensor.data()) as Numbers] as const,
    );
    const outcomes = await Promise.allSettled(reads);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      if (outcome.reason instanceof torch.DeviceLostError) return null;
      throw outcome.reason;
    }
    const numbers = outcomes.map((outcome) => (outcome as PromiseFulfilledResult<readonly [string, Numbers]>).value);
    const optimizer = name.startsWith('optimizer') ? this.optimizers[name.slice(-1) as 'a'] : null;
    const steps = Object.entries(optimizer?.stateDict().state ?? {}).map(([i, { step }]) => [`${i} step`, [step]]);
    return Object.fromEntries([...numbers, ...steps]);
  }

  /** Has everything be as it was in a world of the same kinds. */
  become(state: State, hasCopy: boolean): void {
    const load = (model: nn.Module, read: (name: string) => Numbers) => {
      const own = Object.entries(model.stateDict());
      model.loadStateDict(Object.fromEntries(own.map(([name, tensor]) => [name, like(tensor, read(name))])));
    };
    for (const of of ['a', 'b'] as const) {
      const group = state[`optimizer ${of}`]!;
      load(this.models[of], (name) => group[name] ?? state[`${of} ${name}`]!['']!);
      const parameters = this.models[of].parameters();
      const own = this.optimizers[of].stateDict();
      for (const [key, numbers] of Object.entries(group)) {
        const [, i, name] = /^(\d+) (\w+)$/.exec(key) ?? [];
        if (i === undefined) continue;
        own.state[i] ??= {};
        own.state[i][name!] = name === 'step' ? numbers[0] : like(parameters[Number(i)]!, numbers);
      }
      this.optimizers[of].loadStateDict(own);
    }
    load(this.models.still, (name) => state[`still ${name}`]!['']!);
    load(this.averaged, (name) => state.average![name]!);
    for (const [name, group] of Object.entries(state)) {
      const [, own] = /^plain (\w+)$/.exec(name) ?? [];
      if (own) this.plain[own] = like({ shape: this.plain[own]?.shape ?? [], dtype: 'float32' }, group['']!);
    }
    if (!hasCopy) return;
    this.copy = new Net();
    load(this.copy, (name) => state[`copy ${name}`]!['']!);
  }

  /** Makes anew what is gone, as the program itself would. */
  heal(state: Record<string, Group | null>, hasSnapshot: boolean): void {
    if (hasSnapshot) this.uncopied.clear();
    for (const [name, tensor] of Object.entries(this.plain)) {
      if (state[`plain ${name}`] !== null) continue;
      this.plain[name] = torch.zeros(tensor.shape);
      this.uncopied.add(`plain ${name}`);
    }
    const lost = (name: string) => state[name] === null;
    if (Object.keys(state).some((name) => name.startsWith('copy') && lost(name))) this.copy = null;
    for (const of of MODELS) if (lost(`${of} seen`)) this.models[of].seen = torch.zeros(4);
  }
}

const like = ({ shape, dtype }: Pick<Tensor, 'shape' | 'dtype'>, numbers: Numbers): Tensor =>
  torch.tensor(Array.from(numbers), { dtype }).reshape(shape);

function isNear(a: Numbers, b: Numbers | undefined): boolean {
  if (a.length !== b?.length) return false;
  for (let i = 0; i < a.length; i++) if (!(Math.abs(a[i]! - b[i]!) <= 1e-5 * (1 + Math.abs(b[i]!)))) return false;
  return true;
}

const areAlike = (a: Group | null | undefined, b: Group | null | undefined): boolean => {
  if (!a || !b) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => isNear(a[name]!, b[name]));
};

/** Runs a program, and after each loss compares what is left with the same operations where no device is lost. */
export async function expectNothingLost({ kinds, ops }: Program): Promise<void> {
  const world = new World(kinds);
  let start: State | null = null;
  let from = 0;
  let hasCopy = false;
  let { bytes } = world;
  const all: readonly Op[] = [...ops, { op: 'lose', of: 'a', n: 0 }];
  for (const [at, op] of all.entries()) {
    if (op.op !== 'lose') {
      await world.run(op, at);
      continue;
    }
    await lose();
    await torch.synchronize().catch(() => {});
    const left = await world.state();
    const segment = all.slice(from, at);
    const reference = new World(kinds);
    reference.bytes = bytes;
    if (start) reference.become(start, hasCopy);
    const snapshot = segment.findLastIndex(({ op }) => op === 'snapshot') + 1;
    // By name, the number of operations behind which the contents may be those that are left.
    const since = new Map<string, number>();
    for (const [name, group] of Object.entries(left)) {
      const born = (world.born.get(name) ?? Number.NEGATIVE_INFINITY) - from + 1;
      // What came after the snapshot may be gone, and says so.
      const isCopied = born <= snapshot && (snapshot > 0 || !world.uncopied.has(name));
      if (group !== null || isCopied) since.set(name, Math.max(snapshot, born, 0));
    }
    for (let done = 0; done <= segment.length && since.size > 0; done++) {
      if (done > 0) await reference.run(segment[done - 1]!, from + done - 1);
      const state = await reference.state();
      for (const [name, first] of since) if (first <= done && areAlike(state[name], left[name])) since.delete(name);
    }
    for (const name of since.keys()) {
      const group = left[name];
      const shown = group && Object.fromEntries(Object.entries(group).map(([k, v]) => [k, Array.from(v).slice(0, 4)]));
      throw new Error(`${name} after loss ${at} is ${JSON.stringify(shown)}, as it never was since ${snapshot}`);
    }
    world.heal(left, snapshot > 0);
    start = (await world.state()) as State;
    hasCopy = world.copy !== null;
    ({ bytes } = world);
    from = at + 1;
  }
}
