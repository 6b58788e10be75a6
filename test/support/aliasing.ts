// Runs the programs of the fixtures `aliasing`: lines such as `t2 = narrow t1 0 1 2`, `ng copy_ t1 t0`, `backward t2 1`.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { AutogradError } from '../../src/engine/core/errors';
import { flush } from '../../src/engine/graph/flush';
import type { FixtureCase } from './fixtures';

/** What is known of a tensor at the end; `leaf` is null where asking is refused, and without `grad` there is none. */
interface Expected {
  readonly is: readonly number[];
  readonly requiresGrad: 0 | 1;
  readonly leaf: 0 | 1 | null;
  readonly grad?: readonly number[];
}

export interface AliasingCase extends FixtureCase {
  readonly lines: readonly string[];
  /** For each line 1, or 0 where it is refused. */
  readonly ok: string;
  /** No backward was refused, so that gradients count. */
  readonly sound: boolean;
  readonly tensors: Readonly<Record<string, Expected>>;
}

const functions = nn.functional as unknown as Readonly<Record<string, (...args: unknown[]) => torch.Tensor>>;
const ofSeveral = ['unbind', 'split', 'chunk'];

function contents(shape: readonly number[], seed: number, requiresGrad: boolean): torch.Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, (_, i) => (((i * 7 + seed * 5) % 13) - 6) / 4);
  return torch.tensor(values).reshape(shape).clone().requiresGrad_(requiresGrad);
}

class Machine {
  readonly tensors = new Map<string, torch.Tensor>();

  run(line: string): void {
    const quiet = line.startsWith('ng ');
    const words = (quiet ? line.slice(3) : line).split(' ');
    const target = words[1] === '=' ? words[0] : null;
    const [name, ...args] = target ? words.slice(2) : words;
    const call = () => this.call(name!, args);
    const result = quiet ? torch.noGrad(call) : call();
    if (target && result) this.tensors.set(target, result);
  }

  private call(name: string, words: readonly string[]): torch.Tensor | undefined {
    if (name === 'leaf' || name === 'plain') return contents(JSON.parse(words[0]!), Number(words[1]), name === 'leaf');
    const [x, ...args] = words.map((word) => (word.startsWith('t') ? this.tensors.get(word)! : JSON.parse(word)));
    if (name === 'backward') return x.sum().backward({ retainGraph: args[0] === 1 });
    if (ofSeveral.includes(name)) return x[name](...args.slice(0, -1))[args.at(-1)];
    return name in x ? x[name](...args) : functions[name]!(x, ...args);
  }
}

const show = (values: readonly number[] | null) => values?.map((v) => v.toFixed(3)).join(' ');

const close = (a: readonly number[] | null, b: readonly number[] | null): boolean =>
  a === null || b === null
    ? a === b
    : a.length === b.length && a.every((v, i) => Math.abs(v - b[i]!) <= 2e-3 * Math.max(1, Math.abs(b[i]!)));

/**
 * How a program differs from what is expected, one line each. Reads begin while it runs, and what is recorded is flushed behind the
 * lines that `flushes` chooses.
 */
export async function differences(program: AliasingCase, flushes: (line: number) => boolean): Promise<string[]> {
  const machine = new Machine();
  const found: string[] = [];
  program.lines.forEach((line, i) => {
    let error: unknown = null;
    try {
      machine.run(line);
    } catch (thrown) {
      error = thrown;
    }
    const refused = program.ok[i] === '0';
    if (error && !(error instanceof AutogradError)) found.push(`${line}: ${error}`);
    else if ((error !== null) !== refused) found.push(`${line}: ${error ?? 'expected to be refused'}`);
    if (flushes(i)) flush();
  });
  const reads = Object.entries(program.tensors).map(async ([name, expected]) => {
    const tensor = machine.tensors.get(name);
    if (!tensor) return [`${name} is missing`];
    const { requiresGrad } = tensor;
    const leaf = tensor.isLeaf;
    const grad = program.sound ? tensor.grad : null;
    const [is, slope] = await Promise.all([tensor.data(), grad?.data()]);
    const own: string[] = [];
    if (requiresGrad !== (expected.requiresGrad === 1)) own.push(`${name}.requiresGrad is ${requiresGrad}`);
    if (expected.leaf !== null && leaf !== (expected.leaf === 1)) own.push(`${name}.isLeaf is ${leaf}`);
    if (!close([...is], expected.is)) own.push(`${name} is ${show([...is])}, expected ${show(expected.is)}`);
    const slopes = slope ? [...slope] : null;
    const wanted = expected.grad ?? null;
    if (!close(slopes, wanted)) own.push(`${name}.grad is ${show(slopes)}, expected ${show(wanted)}`);
    return own;
  });
  for (const own of await Promise.allSettled(reads))
    found.push(...(own.status === 'fulfilled' ? own.value : [`${own.reason}`]));
  return found;
}
