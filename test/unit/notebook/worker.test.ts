// What the worker of a notebook stands on: storage taken away, Stop, shared names, errors told by lines of cells.
import { ShapeError } from 'lamplight';
import type { FromWorker } from 'lamplight-notebook/protocol';
import { Panels } from 'lamplight-notebook/worker/controls';
import { failureOf } from 'lamplight-notebook/worker/failure';
import { Files, offer } from 'lamplight-notebook/worker/files';
import { RunOutputs } from 'lamplight-notebook/worker/outputs';
import { closeStorage } from 'lamplight-notebook/worker/sandbox';
import { Scope } from 'lamplight-notebook/worker/scope';
import { StopError, Stopper } from 'lamplight-notebook/worker/stopper';
import { afterEach, describe, expect, test, vi } from 'vitest';

afterEach(() => vi.useRealTimers());

describe('storage', () => {
  const navigator = () => Object.create({ storage: 1, locks: 2, gpu: 3 }) as object;

  test('is taken from a global, from its prototypes and from the navigator', () => {
    const scope = Object.create(
      { indexedDB: 1, caches: 2, fetch: 3 },
      {
        navigator: { value: navigator() },
        Worker: { value: 4, configurable: true },
      },
    ) as typeof globalThis;
    closeStorage(scope);
    expect(['indexedDB', 'caches', 'Worker', 'fetch'].filter((name) => name in scope)).toEqual(['fetch']);
    expect(['storage', 'locks', 'gpu'].filter((name) => name in scope.navigator)).toEqual(['gpu']);
  });

  test('that cannot be taken away is an error, and nothing runs', () => {
    const scope = Object.create({}, { navigator: { value: navigator() }, caches: { value: 1 } }) as typeof globalThis;
    expect(() => closeStorage(scope)).toThrow('lets no page take caches away');
  });
});

describe('a file that a cell offers', () => {
  test('is what it was given, once for a name, and something to save', async () => {
    const sent: FromWorker[] = [];
    const outputs = new RunOutputs(1, (message) => void sent.push(message));
    offer(outputs, 'a.txt', 'one');
    offer(outputs, 'b.bin', new Uint8Array([1, 2, 3]).subarray(1));
    offer(outputs, 'a.txt', 'two');
    await outputs.settled();
    const files = new Map(
      sent.flatMap((message) =>
        message.type === 'outputs'
          ? message.puts.flatMap(([slot, output]) => (output.kind === 'file' ? [[slot, output] as const] : []))
          : [],
      ),
    );
    expect([...files.values()].map(({ name }) => name)).toEqual(['a.txt', 'b.bin']);
    expect(await files.get(0)!.contents.text()).toBe('two');
    expect([...new Uint8Array(await files.get(1)!.contents.arrayBuffer())]).toEqual([2, 3]);
    expect(() => offer(outputs, 'c', Promise.resolve('x') as never)).toThrow('but got Promise; await it first');
    expect(() => offer(outputs, '', 'x')).toThrow("expected the file's name");
  });
});

describe('Stop', () => {
  test('ends a loop over what is at hand, and one over what never comes', async () => {
    const stopper = new Stopper();
    stopper.reset();
    let steps = 0;
    const loop = (async () => {
      for (;;) steps = await stopper.wait(steps + 1);
    })();
    const timer = setInterval(() => steps > 10 && stopper.stop(), 5);
    await expect(loop).rejects.toThrow(StopError);
    clearInterval(timer);
    stopper.reset();
    const never = stopper.wait(new Promise(() => {}));
    stopper.stop();
    await expect(never).rejects.toThrow(StopError);
    stopper.reset();
    expect(await stopper.wait(Promise.resolve(3))).toBe(3);
  });

  test('gives what is waited for the time to end by itself, and aborts its signal at once', async () => {
    const stopper = new Stopper();
    stopper.reset();
    const { signal } = stopper;
    const ended: string[] = [];
    const training = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => setTimeout(() => resolve(void ended.push('gracefully')), 50));
    });
    const waiting = stopper.wait(training);
    stopper.stop();
    await expect(waiting).rejects.toThrow(StopError);
    expect(ended).toEqual(['gracefully']);
    expect(signal.aborted).toBe(true);
    stopper.reset();
    expect(stopper.signal.aborted).toBe(false);
  });

  test('closes what a loop iterates', async () => {
    const stopper = new Stopper();
    stopper.reset();
    const closed = vi.fn();
    async function* numbers() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed();
      }
    }
    const loop = (async () => {
      for await (const i of stopper.each(numbers())) if (i === 3) stopper.stop();
    })();
    await expect(loop).rejects.toThrow(StopError);
    expect(closed).toHaveBeenCalledOnce();
    stopper.reset();
    for await (const i of stopper.each(numbers())) if (i === 2) break;
    expect(closed).toHaveBeenCalledTimes(2);
    await expect(
      (async () => {
        for await (const _ of stopper.each([Promise.reject(new RangeError('of the source'))])) void _;
      })(),
    ).rejects.toThrow(RangeError);
  });

  test('ends a loop over panels that nobody moves', async () => {
    const stopper = new Stopper();
    stopper.reset();
    const panels = new Panels(() => {});
    const seen: number[] = [];
    const loop = (async () => {
      for await (const { stride } of stopper.each(panels.controls({ stride: 1 }))) seen.push(stride);
    })();
    await vi.waitFor(() => expect(seen).toEqual([1]), 60_000);
    panels.set({ stride: 2 });
    await vi.waitFor(() => expect(seen).toEqual([1, 2]), 60_000);
    stopper.stop();
    await expect(loop).rejects.toThrow(StopError);
    // What moves later is nobody's.
    panels.set({ stride: 3 });
    expect(seen).toEqual([1, 2]);
  });
});

describe('shared names', () => {
  const scope = () =>
    new Scope({ show: { value: 'built in' } }, { declaredIn: (name) => (name === 'later' ? ['cell 7'] : []) });

  test('are their own before those that all cells know, and unknown ones are errors that say where they are declared', () => {
    const shared = scope();
    expect(shared.names.show).toBe('built in');
    shared.names.a = 1;
    shared.set('show', 'mine');
    expect([shared.names.show, 'a' in shared.names, 'b' in shared.names]).toEqual(['mine', true, false]);
    expect(() => shared.names.b).toThrow(expect.objectContaining({ message: 'b is not defined', remedy: null }));
    expect(() => shared.names.later).toThrow(
      expect.objectContaining({ remedy: 'Run cell 7 first: it declares later.' }),
    );
  });

  test('that all cells know may be declared by a cell', () => {
    const shared = scope();
    expect(() => Object.assign(shared.names, { show: 2 })).not.toThrow();
    expect(shared.names.show).toBe(2);
  });

  test('of an import that a module has no value for say so', () => {
    const shared = scope();
    shared.bind('nn', 'lamplight', { nn: 1 }, 'nn');
    shared.bind('Nothing', 'lamplight', {}, 'Nothing');
    expect(shared.names.nn).toBe(1);
    expect(() => shared.names.Nothing).toThrow('Nothing: lamplight exports no value of this name');
  });
});

describe('errors', () => {
  const labels = new Map([
    ['blob:http://site/1', { label: 'cell 1', code: '' }],
    ['blob:http://site/2', { label: 'cell 2', code: '' }],
  ]);
  const withStack = (error: Error, stack: string) => Object.assign(error, { stack });

  test('lead to lines of cells, by stacks of Chrome and of Firefox', () => {
    const chrome = withStack(
      new ShapeError('conv2d: expected 4-D input; call unsqueeze(0)'),
      `ShapeError: x
    at conv2d (http://site/assets/conv.js:3:9)
    at $scope.step (blob:http://site/1:12:5)
    at async default (blob:http://site/2:3:1)`,
    );
    expect(failureOf(chrome, 'cell 2', labels)).toEqual({
      kind: 'error',
      name: 'ShapeError',
      message: 'conv2d: expected 4-D input',
      remedy: 'Call unsqueeze(0)',
      line: 12,
      column: null,
      cell: 'cell 1',
      stack: ['step (cell 1, line 12)', 'cell 2, line 3'],
    });
    const firefox = withStack(new RangeError('far; away'), 'step@blob:http://site/1:12:5\n@blob:http://site/2:3:1\n');
    expect(failureOf(firefox, 'cell 2', labels)).toMatchObject({
      message: 'far; away',
      remedy: null,
      stack: ['step (cell 1, line 12)', 'cell 2, line 3'],
    });
  });

  test('that are no errors are told, too', () => {
    expect(failureOf('a text', 'cell 2', labels)).toMatchObject({
      name: 'Error',
      message: expect.stringContaining('a text'),
    });
  });
});

test('a file is found by its name, or asked for', async () => {
  const files = new Files();
  files.add(new File(['x'], 'x.txt'));
  expect(await (await files.get('x.txt')).text()).toBe('x');
  await expect(files.get('y.txt')).rejects.toMatchObject({
    name: 'FileError',
    message: 'there is no file "y.txt" here',
    remedy: expect.stringContaining('So far there are x.txt.'),
  });
  files.remove('x.txt');
  expect(files.names()).toEqual([]);
});
