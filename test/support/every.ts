// Owns calling what families/every.py recorded: every function over every kind of input, beside what PyTorch gives or that it raises.
import * as torch from 'lamplight';
import { type DType, nn, Tensor } from 'lamplight';
import { camelCase } from '../../scripts/checks/coverage-api/table.mjs';
import { agree } from './close';
import { type FixtureCase, type FixtureNumber, fixtureNumber, loadFixture } from './fixtures';

export const kinds = ['uint8', 'int64', 'bool', 'empty', '0d', 'strided'] as const;
export type Kind = (typeof kinds)[number];
export type Space = 'torch' | 'Tensor' | 'F';

/** A tensor, as the fixture writes it. */
interface ToldTensor {
  readonly d: string;
  readonly s: readonly number[];
  readonly v: readonly (FixtureNumber | boolean)[];
}
type Told = null | boolean | FixtureNumber | string | ToldTensor | readonly Told[];

interface InputCase extends FixtureCase, Partial<Record<Kind | 'each', ToldTensor>> {
  /** The same in every kind but those that are named. */
  readonly fixed: boolean;
}

type Written = null | boolean | number | string | { readonly t: number } | readonly Written[];

interface Outcome {
  readonly y: readonly Told[];
  readonly g?: readonly Told[];
}

interface EveryCall {
  readonly a: readonly Written[];
  readonly o?: Readonly<Record<string, Written>>;
  /** null: PyTorch raises. */
  readonly k: Readonly<Partial<Record<Kind, Outcome | null>>>;
}

export interface EveryCase extends FixtureCase {
  readonly in: readonly Space[];
  readonly calls: readonly EveryCall[];
}

type Callable = (...args: readonly unknown[]) => unknown;

const spaces = { torch, F: nn.functional } as unknown as Record<Space, Record<string, unknown>>;

const isTold = (value: unknown): value is ToldTensor => typeof value === 'object' && value !== null && 'd' in value;
const numberOf = (value: FixtureNumber | boolean): number =>
  typeof value === 'boolean' ? Number(value) : fixtureNumber(value);

/** The cases, and what makes the arguments of their calls. */
export async function loadEvery(): Promise<{ cases: readonly EveryCase[]; inputs: readonly InputCase[] }> {
  const [{ cases }, inputs] = await Promise.all([
    loadFixture<EveryCase>('every'),
    loadFixture<InputCase>('every-inputs'),
  ]);
  return { cases, inputs: inputs.cases };
}

/** Whether the function is here; where it is not, `npm run check -- coverage-api` says why. */
export function has(space: Space, name: string): boolean {
  return (
    camelCase(name) in (space === 'Tensor' ? Tensor.prototype : spaces[space]) ||
    (space === 'Tensor' && camelCase(name) in torch.zeros(1))
  );
}

function make({ d, s, v }: ToldTensor, apart: boolean): Tensor {
  const dtype = d as DType;
  const numbers = v.map(numberOf);
  // Not a view: detach_ refuses those.
  if (!apart || s.length === 0)
    return torch
      .tensor(numbers, { dtype })
      .reshape([...s])
      .clone();
  const room = torch.tensor(
    numbers.flatMap((n) => [n, 0]),
    { dtype },
  );
  return room.reshape([...s, 2]).select(-1, 0);
}

/** One call in one place: null where it does what PyTorch does, else what it does. */
export async function differs(
  inputs: readonly InputCase[],
  name: string,
  space: Space,
  call: EveryCall,
  kind: Kind,
): Promise<string | null> {
  const expected = call.k[kind];
  if (expected === undefined) return null;
  try {
    const { results, gradients } = await run(inputs, name, space, call, kind, expected?.g !== undefined);
    if (!expected) return `expected an error, but got ${await show(results)}`;
    const apart = await compare(results, expected.y, 'result');
    return apart ?? (expected.g ? await compare(gradients, expected.g, 'gradient') : null);
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (!(error instanceof torch.LamplightError)) return `untyped ${text}`;
    if (error instanceof torch.GPUValidationFailure || error.message.startsWith('internal:')) return text;
    return expected ? `refused: ${text}` : null;
  }
}

async function run(
  inputs: readonly InputCase[],
  name: string,
  space: Space,
  { a, o = {} }: EveryCall,
  kind: Kind,
  differentiable: boolean,
) {
  const leaves: Tensor[] = [];
  const read = (value: Written): unknown => {
    if (Array.isArray(value)) return value.map(read);
    if (typeof value === 'object' && value !== null) {
      const input = inputs[(value as { t: number }).t]!;
      const tensor = make((input[kind] ?? input.each)!, kind === 'strided' && !input.fixed);
      if (!input.fixed) leaves.push(differentiable ? tensor.requiresGrad_() : tensor);
      return tensor;
    }
    return ['nan', 'inf', '-inf'].includes(value as string) ? fixtureNumber(value as FixtureNumber) : value;
  };
  const args = a.map(read);
  const options = Object.entries(o).map(([key, value]) => [camelCase(key), read(value)] as const);
  const given = options.length > 0 ? [...args, Object.fromEntries(options)] : args;
  torch.manualSeed(1);
  const [self, ...rest] = given;
  const owner = (space === 'Tensor' ? self : spaces[space]) as Record<string, unknown>;
  const found = owner[camelCase(name)];
  const result = await (typeof found === 'function'
    ? (found as Callable).apply(owner, space === 'Tensor' ? rest : given)
    : found);
  const results = [result].flat(9);
  const real = results.filter((y): y is Tensor => y instanceof Tensor && y.requiresGrad && !y.isLeaf);
  if (differentiable && real.length > 0) {
    const losses = real.map((y) =>
      y
        .mul(
          torch
            .arange(y.numel())
            .remainder(5)
            .add(1)
            .reshape([...y.shape])
            .div(4),
        )
        .sum(),
    );
    losses.reduce((x, y) => x.add(y)).backward();
  }
  return { results, gradients: leaves.map((x) => (differentiable ? x.grad : null)) };
}

async function show(results: readonly unknown[]): Promise<string> {
  const parts = results.map(async (y) =>
    y instanceof Tensor ? `${y.dtype} ${JSON.stringify(y.shape)} ${[...(await y.data())].slice(0, 6)}` : String(y),
  );
  return (await Promise.all(parts)).join('; ');
}

async function compare(actual: readonly unknown[], told: readonly Told[], what: string): Promise<string | null> {
  const expected = told.flat(9) as (ToldTensor | null | boolean | FixtureNumber | string)[];
  if (actual.length !== expected.length)
    return `${what}: expected ${expected.length} parts, but got ${actual.length}: ${await show(actual)}`;
  for (const [i, y] of expected.entries()) {
    const x = actual[i];
    if (!isTold(y)) {
      const wanted = ['nan', 'inf', '-inf'].includes(y as string) ? fixtureNumber(y as FixtureNumber) : y;
      const same =
        typeof x === 'number' && typeof wanted === 'number'
          ? agree(x, wanted)
          : x === wanted || (y === null && x === undefined);
      if (!same)
        return `${what} ${i}: expected ${JSON.stringify(y)}, but got ${x instanceof Tensor ? await show([x]) : String(x)}`;
      continue;
    }
    const wanted = `${y.d} ${JSON.stringify(y.s)} ${y.v.map(numberOf).slice(0, 6)}`;
    if (!(x instanceof Tensor)) return `${what} ${i}: expected ${wanted}, but got ${String(x)}`;
    const data = await x.data();
    const same =
      x.dtype === (y.d === 'float64' ? 'float32' : y.d) &&
      JSON.stringify(x.shape) === JSON.stringify(y.s) &&
      y.v.every((n, k) => agree(data[k]!, numberOf(n)));
    if (!same) return `${what} ${i}: expected ${wanted}, but got ${await show([x])}`;
  }
  return null;
}
