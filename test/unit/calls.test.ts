// Calls every function of the library with arguments that are no tensors, and with every parameter that PyTorch has by its name.
import * as torch from 'lamplight';
import { nn, Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface Signatures extends FixtureCase {
  readonly signatures: readonly (readonly (readonly [name: string, kind: string, named?: 'named'])[])[];
}

const { cases } = await loadFixture<Signatures>('signatures');
const F = nn.functional;
const wrong: readonly unknown[] = [3, null, 'x', undefined, {}, { a: 1 }];

type Call = (...args: unknown[]) => unknown;

/** Functions of a namespace that take tensors; those that run user code or the device are no part of this. */
function functionsOf(space: object): [string, Call][] {
  const apart = new Set(['init', 'warmup', 'summary', 'load', 'save']);
  return Object.entries(space).filter(
    ([name, f]) => typeof f === 'function' && /^[a-z]/.test(name) && !apart.has(name),
  );
}

/** What a call throws, at once or later, if it is no error of the library's own. */
async function untyped(call: () => unknown): Promise<string | null> {
  try {
    await call();
    return null;
  } catch (error) {
    return error instanceof torch.LamplightError ? null : String(error);
  }
}

describe('an argument that is no tensor', () => {
  test.each([
    ['torch', torch],
    ['torch.special', torch.special],
    ['nn.functional', F],
  ] as const)('is a typed error in every function of %s', async (_, space) => {
    const found: string[] = [];
    const x = torch.ones(2, 3);
    for (const [name, f] of functionsOf(space)) {
      for (const value of wrong) {
        for (const args of [[value], [x, value]]) {
          const error = await untyped(() => f(...args));
          if (error) found.push(`${name}(${args.length === 2 ? 'x, ' : ''}${String(value)}): ${error}`);
        }
      }
    }
    expect(found).toEqual([]);
  });

  test('is a typed error in every method', async () => {
    const internal = new Set(['constructor', 'make', 'makeView', 'weakly']);
    const names = Object.getOwnPropertyNames(Tensor.prototype).filter(
      (name) => publicMethods.has(name) && !internal.has(name),
    );
    expect(names.length).toBeGreaterThan(300);
    const found: string[] = [];
    for (const name of names) {
      if (typeof Reflect.get(torch.ones(2, 3), name) !== 'function') continue;
      for (const value of wrong) {
        const x: object = torch.ones(2, 3);
        const error = await untyped(() => (Reflect.get(x, name) as Call).call(x, value));
        if (error) found.push(`${name}(${String(value)}): ${error}`);
      }
    }
    expect(found).toEqual([]);
  });
});

/** Methods that have a counterpart among PyTorch's functions, or are one's in-place form. */
const publicMethods = new Set(
  cases.flatMap(({ name }) => {
    const own = camel(name.slice(name.indexOf('.') + 1));
    return [own, `${own}_`];
  }),
);

function camel(name: string): string {
  return name.replace(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function sample(name: string, kind: string): unknown {
  if (kind === 'tensor') return torch.ones(2, 3, { dtype: /^(ind|target)/.test(name) ? 'int64' : 'float32' });
  if (kind === 'tensors') return [torch.ones(2, 3), torch.ones(2, 3)];
  if (kind === 'ints') return [0, 1];
  if (kind === 'bool') return false;
  return kind === 'str' ? 'mean' : kind === 'int' ? 1 : 0.5;
}

/** What can be seen of a result without a device. */
function seen(result: unknown): unknown {
  if (result instanceof Tensor) return [result.shape, result.dtype, result.gradFn];
  return Array.isArray(result) ? result.map(seen) : typeof result;
}

/** The result of a call as far as it can be seen, or what it throws. */
function outcome(call: () => unknown): { readonly seen?: unknown; readonly message?: string } {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(() => undefined);
    return { seen: seen(result) };
  } catch (error) {
    if (!(error instanceof torch.LamplightError)) return { message: `untyped: ${String(error)}` };
    return { message: error.message };
  }
}

/** Parameters that functions here do without. */
const absent: ReadonlySet<string> = new Set([
  // Of schemas alone: Python calls them indices_or_sections, tensor1 and tensor2.
  ...['sections', 'indices', 'tensorIndicesOrSections', 'tensor', 'scalar', 'scalar1'],
  // Of schemas, too: Python calls it data.
  't',
  // Switches of kernels that are not here.
  ...['cudnnEnabled', 'cudnnEnable', 'outDtype', 'scale'],
  // Of vmap: examples draw numbers of their own, and are recorded one by one.
  ...['randomness', 'chunkSize'],
]);

describe('a method in place', () => {
  test('leaves what the method gives, in the dtype of the tensor', () => {
    const found: string[] = [];
    const own = Object.getOwnPropertyNames(Tensor.prototype).filter(
      (name) => name.endsWith('_') && publicMethods.has(name),
    );
    // Their numbers are drawn anew, or they have no form that is not in place.
    const apart = new Set(['dropout_', 'detach_', 'zero_', 'fill_', 'copy_']);
    for (const name of own.filter((each) => !apart.has(each))) {
      for (const args of [[], [torch.ones(2, 3).mul(2)], [1]]) {
        const [x, y] = [torch.ones(2, 3).mul(3), torch.ones(2, 3).mul(3)];
        const call = (z: object, method: string) => () => (Reflect.get(z, method) as Call | undefined)?.apply(z, args);
        const written = outcome(call(x, name));
        const made = outcome(call(y, name.slice(0, -1)));
        if (!written.seen || !made.seen) continue;
        const [shape, dtype] = written.seen as [unknown, string];
        if (JSON.stringify(shape) !== JSON.stringify((made.seen as [unknown])[0]) || dtype !== 'float32')
          found.push(name);
      }
    }
    expect(found).toEqual([]);
  });
});

describe('every parameter by its name in PyTorch', () => {
  const here = cases.flatMap(({ name, signatures }) => {
    const [space, own] = name.split('.') as [string, string];
    const f: unknown = Reflect.get(space === 'F' ? F : torch, camel(own));
    return typeof f === 'function' ? [{ name, signatures, f: f as Call }] : [];
  });

  test('there are hundreds of functions', () => expect(here.length).toBeGreaterThan(350));

  test('is known, and means what it means by place', () => {
    const found: string[] = [];
    for (const { name, signatures, f } of here) {
      for (const signature of signatures) {
        const given = signature.map(([parameter, kind]) => [camel(parameter), sample(parameter, kind)] as const);
        const byName = outcome(() => f(Object.fromEntries(given)));
        // What PyTorch takes by name alone has no place.
        const places = signature.filter(([, , named]) => !named).length;
        const rest = Object.fromEntries(given.slice(places));
        const byPlace = outcome(() => f(...given.slice(0, places).map(([, value]) => value), rest));
        const unknown = /got an unknown argument '(\w+)'/.exec(byName.message ?? '')?.[1];
        if (unknown && !absent.has(unknown)) found.push(`${name}: ${byName.message}`);
        if (byName.message?.startsWith('untyped')) found.push(`${name}: ${byName.message}`);
        if (byName.seen && byPlace.seen && JSON.stringify(byName.seen) !== JSON.stringify(byPlace.seen))
          found.push(`${name}: by name ${JSON.stringify(byName.seen)}, by place ${JSON.stringify(byPlace.seen)}`);
      }
    }
    expect(found).toEqual([]);
  });
});
