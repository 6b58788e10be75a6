// Values larger than a binding may be (maxStorageBufferBindingSize): changes the steps of a plan that bind one. Loads
// late, for plans with such values.
//
// A kernel that does the work of each index by itself runs once for each range of indices, and binds that range of the
// values (a sweep). Any other kernel binds all ranges of a value at once, and its accesses choose among them. If those
// are too many, it runs once for each range of its results, and binds that range alone. All compute the same bits as one
// binding.
import { OutOfMemoryError } from '../core/errors';
import type { AdapterProfile } from '../gpu/device';
import {
  inRanges as codeInRanges,
  mergedInto,
  onlyAssigned,
  type Starts,
  type Sweep,
  sweepOf,
  type Variable,
  variablesOf,
} from '../wgsl/ranges';
import { type Pass, type Program, paramsOf, u32 } from './ir';
import { ALIGNMENT, inParts } from './parts';
import type { CompilerPass } from './passes/index';
import { plainPasses } from './passes/plain';
import type { Address, Plan, Step } from './plan';

/** How many storage buffers each device binds at once (WebGPU's default maxStorageBuffersPerShaderStage). */
const MAX_BUFFERS = 8;

/** A value that a step binds, by its variable in the kernel's code. Without one, the kernel does not access it. */
interface Bound {
  readonly variable?: Variable;
  readonly address: Address | 'fault';
}

const bytesOf = (address: Address | 'fault'): number => (address === 'fault' ? 0 : address.bytes);

/** The code that a pass needs: handed in, since imports of a part that loads late would be split off the first file. */
type CodeOf = (pass: Pass) => string;

/**
 * The plan of a program, with values of more than `maxStorageBufferBindingSize` bytes bound in ranges. If a kernel would
 * need too many bindings, `again` compiles the program without fusing any or, if that is not enough, in parts; null if
 * it is called by that.
 *
 * @throws OutOfMemoryError if a value is larger than a buffer may be, or if a kernel needs too many bindings by itself
 */
export function inRanges(
  plan: Plan,
  program: Program,
  adapter: AdapterProfile,
  again: ((program: Program, adapter: AdapterProfile, passes: readonly CompilerPass[]) => Plan) | null,
  codeOf: CodeOf,
  clusterPass: Parameters<typeof plainPasses>[0],
): Plan {
  const { maxStorageBufferBindingSize: limit, maxBufferSize } = adapter;
  for (const { bytes } of plan.locations) {
    if (bytes <= maxBufferSize) continue;
    throw new OutOfMemoryError(
      `a value of ${bytes} bytes is over this device's limit of ${maxBufferSize} bytes a buffer (maxBufferSize); use a smaller batch, or halves of a weight and torch.cat`,
    );
  }
  const most = Math.floor(limit / ALIGNMENT) * ALIGNMENT;
  const steps: Step[] = [];
  const begins: number[] = [];
  for (const step of plan.steps) {
    begins.push(steps.length);
    const changed = step.addresses.some((address) => bytesOf(address) > limit) ? rangesOf(step, most, codeOf) : [step];
    if (!changed) {
      if (again) {
        const passes = plainPasses(clusterPass);
        try {
          return again(program, adapter, passes);
        } catch (error) {
          if (!(error instanceof OutOfMemoryError)) throw error;
          return again(inParts(program, most), adapter, passes);
        }
      }
      throw new OutOfMemoryError(
        `${step.pass.label}: expected values of at most ${limit} bytes (maxStorageBufferBindingSize), or few larger ones, but got ` +
          `${step.addresses.map(bytesOf).join(', ')} bytes; compute the parts of x.chunk(4, dim) one by one, along another dim than the operation's own, and put the results together with torch.cat`,
      );
    }
    steps.push(...changed);
  }
  begins.push(steps.length);
  const locations = plan.locations.map((location) => ({
    ...location,
    first: begins[location.first] ?? location.first,
    last: location.last < 0 ? location.last : (begins[location.last + 1] ?? steps.length + 1) - 1,
  }));
  return { ...plan, steps, locations };
}

/** The steps that compute what a step does. Null if it takes too many bindings. */
function rangesOf(step: Step, most: number, codeOf: CodeOf): Step[] | null {
  const kernel = kernelOf(step, most, codeOf);
  const { code, bound } = kernel;
  const large = bound.filter(({ address, variable }) => variable && bytesOf(address) > most);
  if (large.length === 0) return withRanges(kernel);
  if (large.some(({ variable }) => !variable!.bytes)) return null;
  const sweep = sweepOf(code, step.pass.entry ?? 'main', sameLength(large));
  if (sweep) return withRanges(kernel, sweep.names, sweep);
  const stored = bound.filter(({ variable, address }) => variable?.writes && address !== 'fault');
  const assigned = onlyAssigned(
    code,
    stored.map(({ variable }) => variable!.name),
  );
  const masked = sameLength(large.filter((one) => stored.includes(one)));
  return (
    withRanges(kernel) ?? (assigned.length === stored.length && masked.length > 0 ? withRanges(kernel, masked) : null)
  );
}

/** The code of a step, and what it binds. Where a kernel reads one value through several variables, one is left. */
function kernelOf(step: Step, most: number, codeOf: CodeOf): Kernel {
  const { pass, addresses } = step;
  let code = codeOf(pass);
  const variables = variablesOf(code);
  const own = pass.reads.length + pass.writes.length;
  const uniforms = paramsOf(pass.params).length > 0 ? 1 : 0;
  const bound: Bound[] = [];
  addresses.forEach((address, i) => {
    const binding = i < own ? i : i + uniforms;
    const variable = variables.find((one) => one.binding === binding);
    const other = bound.find((one) => one.variable && isSame(one.address, address));
    const merged =
      variable && other && !variable.writes && !other.variable!.writes && mergedInto(code, variable, other.variable!);
    code = merged || code;
    bound.push({ address, ...(!merged && variable && { variable }) });
  });
  return { step, code, bound, most };
}

const isSame = (a: Address | 'fault', b: Address | 'fault'): boolean =>
  a !== 'fault' && b !== 'fault' && a.location === b.location && a.offset === b.offset && a.bytes === b.bytes;

const lengthOf = ({ variable, address }: Bound): number => Math.ceil(bytesOf(address) / variable!.bytes);

/** The names of those values that have as many elements as the first that is written or, if none is, the first. */
function sameLength(large: readonly Bound[]): string[] {
  const one = large.find(({ variable }) => variable!.writes) ?? large[0];
  return large.filter((other) => lengthOf(other) === lengthOf(one!)).map(({ variable }) => variable!.name);
}

interface Kernel {
  readonly step: Step;
  readonly code: string;
  readonly bound: readonly Bound[];
  readonly most: number;
}

/**
 * The steps of a kernel that binds one range of each value in `swept`, in turn, and all ranges of others; one step if
 * `swept` is empty. Null if it takes too many bindings.
 */
function withRanges({ step, code, bound, most }: Kernel, swept: readonly string[] = [], sweep?: Sweep): Step[] | null {
  const isSwept = ({ variable }: Bound) => variable !== undefined && swept.includes(variable.name);
  const starts = bound.map((one): Starts => {
    const bytes = bytesOf(one.address);
    if (!one.variable) return [];
    if (bytes <= most || isSwept(one)) return [0];
    const each = most / one.variable.bytes;
    return Array.from({ length: Math.ceil(bytes / most) }, (_, r) => r * each);
  });
  if (starts.flat().length > MAX_BUFFERS) return null;
  const ranges = new Map(bound.flatMap(({ variable }, i) => (variable ? [[variable.name, starts[i]!] as const] : [])));
  const text = codeInRanges(code, { ranges, ...(sweep ? { sweep } : { masked: swept }) });
  const addresses = bound.map(({ address, variable }, i): (Address | 'fault')[] =>
    address === 'fault' || starts[i]!.length < 2
      ? starts[i]!.map(() => address)
      : starts[i]!.map((start) => rangeOf(address, start * variable!.bytes, most)),
  );
  const pass = repeated(
    step.pass,
    text,
    starts.map(({ length }) => length),
  );
  if (swept.length === 0) return [{ ...step, pass, addresses: addresses.flat() }];
  const over = bound.filter(isSwept);
  const length = Math.max(...over.map(lengthOf));
  const widest = Math.max(...over.map(({ variable }) => variable!.bytes));
  const each = Math.floor(most / widest / ALIGNMENT) * ALIGNMENT;
  return Array.from({ length: Math.ceil(length / each) }, (_, r): Step => {
    const first = r * each;
    return {
      ...step,
      pass: withUniform(pass, text, first, Math.min(length, first + each)),
      addresses: bound.flatMap((one, i) => {
        const { address, variable } = one;
        if (address === 'fault' || !isSwept(one)) return addresses[i]!;
        return [rangeOf(address, first * variable!.bytes, each * variable!.bytes)];
      }),
    };
  });
}

/** The range of a value from `start` on, of at most `bytes` bytes. */
const rangeOf = ({ location, offset, bytes: all }: Address, start: number, bytes: number): Address => ({
  location,
  offset: offset + start,
  bytes: Math.min(bytes, all - start),
});

/** The pass of another code, with each operand as often as it has ranges. */
function repeated(
  { reads, writes, extras, variants: _, ending: __, stage: ___, ...pass }: Pass,
  text: string,
  times: readonly number[],
): Pass {
  let next = 0;
  const each = <T>(operands: readonly T[]): T[] =>
    operands.flatMap((operand) => new Array<T>(times[next++]!).fill(operand));
  const own = { reads: each(reads), writes: each(writes) };
  return {
    ...pass,
    ...own,
    source: [text.replace(/^enable f16;\n/, '')],
    consts: {},
    ...(extras && { extras: { ...extras, reads: each(extras.reads), writes: each(extras.writes) } }),
  };
}

/** The pass that does the work of the indices from `first` up to, but not including, `end`. */
function withUniform(pass: Pass, text: string, first: number, end: number): Pass {
  const { extras = { reads: [], writes: [], params: [] } } = pass;
  if (extras.params.length === 0) return { ...pass, extras: { ...extras, params: [u32(first), u32(end)] } };
  // The last uniform is taken, so the numbers are written into the code.
  const fixed = text
    .slice(0, text.lastIndexOf('struct Swept'))
    .replace(/\bswept\.(first|end)\b/g, (_, field) => `${field === 'first' ? first : end}u`);
  return { ...pass, source: [fixed.replace(/^enable f16;\n/, '')] };
}
