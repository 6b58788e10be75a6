// Owns calling PyTorch's own samples, which families/samples.py recorded: what a function gives, with its gradients, or that PyTorch raises.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as torch from 'lamplight';
import { type DType, Tensor } from 'lamplight';
import { camelCase } from '../../scripts/checks/coverage-api/table.mjs';
import { type FixtureNumber, fixtureNumber } from './fixtures';

/** A tensor, as the fixture writes it. */
interface Told {
  readonly d: string;
  readonly s: readonly number[];
  readonly v: readonly (FixtureNumber | boolean)[];
}

type Written = null | boolean | FixtureNumber | string | Told | readonly Written[];

/** A sample of a function, in one place that has it. */
export interface Sample {
  /** The function in PyTorch's database. */
  readonly name: string;
  readonly in: 'torch' | 'Tensor' | 'F' | 'linalg' | 'special';
  readonly f: string;
  readonly dtype: string;
  /** Its number among the samples of a function and dtype. */
  readonly i: number;
  readonly a: readonly Written[];
  readonly o?: Readonly<Record<string, Written>>;
  /** null: PyTorch raises. */
  readonly r: { readonly y: readonly Written[]; readonly g?: readonly (Told | null)[] } | null;
}

type Callable = (...args: readonly unknown[]) => unknown;

const { linalg, special } = torch;
const spaces = { torch, F: torch.nn.functional, linalg, special, Tensor: torch.zeros(1) } as unknown as Readonly<
  Record<Sample['in'], Readonly<Record<string, unknown>>>
>;

/** The samples of functions that are here, of all or of a file written by `make.py samples_whole`. */
export function loadSamples(file: string | undefined): readonly Sample[] {
  const path = file ?? new URL('../fixtures/samples.json.gz', import.meta.url);
  const lines = gunzipSync(readFileSync(path)).toString().split('\n');
  const samples = lines.map((line) => JSON.parse(line) as Sample);
  return samples.filter((sample) => camelCase(sample.f) in spaces[sample.in]);
}

export const idOf = ({ name, in: space, f, dtype, i }: Sample): string => `${name}: ${space}.${f} ${dtype}#${i}`;

const numberOf = (value: FixtureNumber | boolean): number =>
  typeof value === 'boolean' ? Number(value) : fixtureNumber(value);
const isTold = (value: unknown): value is Told => typeof value === 'object' && value !== null && 'd' in value;

/** The arguments; the float32 tensors among them go to the leaves where gradients are asked for. */
function read(value: Written, leaves: Tensor[] | null): unknown {
  if (Array.isArray(value)) return value.map((each: Written) => read(each, leaves));
  if (!isTold(value))
    return ['nan', 'inf', '-inf'].includes(value as string) ? fixtureNumber(value as FixtureNumber) : value;
  const x = torch
    .tensor(value.v.map(numberOf), { dtype: value.d as DType })
    .reshape([...value.s])
    .clone();
  if (!leaves || value.d !== 'float32') return x;
  leaves.push(x.requiresGrad_());
  return x;
}

/** What a sample gives; with `differentiated`, its float32 arguments are results that require grad. */
export function callSample({ in: space, f, a, o = {} }: Sample, differentiated: boolean): unknown {
  const argument = (value: Written): unknown => {
    if (Array.isArray(value)) return value.map(argument);
    const x = read(value, differentiated ? [] : null);
    return x instanceof Tensor && x.requiresGrad ? x.mul(1) : x;
  };
  const args = a.map(argument);
  const options = Object.entries(o).map(([key, value]) => [camelCase(key), argument(value)] as const);
  const given = options.length > 0 ? [...args, Object.fromEntries(options)] : args;
  return (spaces[space][camelCase(f)] as Callable).apply(spaces[space], given);
}

/** Null where a sample gives what PyTorch gives, else what it does. */
export async function sampleDiffers(sample: Sample): Promise<string | null> {
  const { in: space, f, a, o = {}, r } = sample;
  try {
    const leaves: Tensor[] | null = r?.g ? [] : null;
    const args = a.map((value) => read(value, leaves));
    const options = Object.entries(o).map(([key, value]) => [camelCase(key), read(value, leaves)] as const);
    torch.manualSeed(1);
    const [self, ...rest] = options.length > 0 ? [...args, Object.fromEntries(options)] : args;
    const owner = space === 'Tensor' ? (self as Readonly<Record<string, unknown>>) : spaces[space];
    const found = owner[camelCase(f)];
    const given = space === 'Tensor' ? rest : [self, ...rest];
    const result = await (typeof found === 'function' ? (found as Callable).apply(owner, given) : found);
    const results = [result].flat(9);
    if (!r) {
      await Promise.all(results.map((y) => (y instanceof Tensor ? y.data() : y)));
      return `expected an error, but got ${await show(results[0])}`;
    }
    const differs = await compare(results, r.y, 'result', 1e-4);
    if (differs || !r.g) return differs;
    const losses = results.flatMap((y) => (y instanceof Tensor && y.requiresGrad ? [lossOf(y)] : []));
    if (losses.length > 0) losses.reduce((x, y) => x.add(y)).backward();
    return await compare(
      leaves!.map((x) => x.grad),
      r.g,
      'gradient',
      1e-3,
    );
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (!(error instanceof torch.LamplightError)) return `untyped ${text}`;
    if (error instanceof torch.GPUValidationFailure || error.message.startsWith('internal:')) return text;
    return r ? `refused: ${text}` : null;
  }
}

/** Σ y · (1, 2, 3, 4, 5, 1, …) / 4. */
const lossOf = (y: Tensor): Tensor => {
  const weights = torch
    .arange(y.numel())
    .remainder(5)
    .add(1)
    .reshape([...y.shape]);
  return y.mul(weights.div(4)).sum();
};

const show = async (y: unknown): Promise<string> =>
  y instanceof Tensor
    ? `${y.dtype} ${JSON.stringify(y.shape)} ${[...(await y.data())].slice(0, 6)}`
    : JSON.stringify(y);

/** `rtol`: of a number, and a fiftieth of it of the greatest beside it. */
async function compare(
  actual: readonly unknown[],
  expected: readonly Written[],
  what: string,
  rtol: number,
): Promise<string | null> {
  if (actual.length !== expected.length) return `${what}: expected ${expected.length} parts, but got ${actual.length}`;
  for (const [i, y] of expected.entries()) {
    const x = actual[i];
    // What has no part in a result has no gradient in PyTorch, and here perhaps one of zeros.
    if (what === 'gradient' && y === null && x instanceof Tensor && (await x.abs().sum().item()) === 0) continue;
    if (!isTold(y)) {
      const wanted = read(y, null);
      const close =
        typeof x === 'number' && typeof wanted === 'number' && Math.abs(x - wanted) <= 1e-5 * Math.abs(wanted);
      if (!close && !Object.is(x ?? null, wanted))
        return `${what} ${i}: expected ${String(wanted)}, but got ${await show(x)}`;
      continue;
    }
    const wanted = `${y.d} ${JSON.stringify(y.s)} ${y.v.slice(0, 6)}`;
    if (!(x instanceof Tensor)) return `${what} ${i}: expected ${wanted}, but got ${String(x)}`;
    const numbers = y.v.map(numberOf);
    const most = Math.max(0, ...numbers.filter(Number.isFinite).map(Math.abs));
    const data = await x.data();
    const agrees = (k: number): boolean => {
      const [one, other] = [data[k]!, numbers[k]!];
      if (one === other || (Number.isNaN(one) && Number.isNaN(other))) return true;
      return Math.abs(one - other) <= 1e-5 + rtol * (Math.abs(other) + 0.02 * most);
    };
    const same = x.dtype === (y.d === 'float64' ? 'float32' : y.d) && JSON.stringify(x.shape) === JSON.stringify(y.s);
    if (!same) return `${what} ${i}: expected ${wanted}, but got ${await show(x)}`;
    const at = numbers.findIndex((_, k) => !agrees(k));
    if (at >= 0)
      return `${what} ${i}: expected ${wanted}, but got ${await show(x)}: ${data[at]} at ${at} for ${numbers[at]}`;
  }
  return null;
}
