// Two ends of a connection in one thread, whose messages are cloned as between threads: all that crosses, and what cannot.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { connect, expose, proxy, type Remote, terminate, transfer } from 'lamplight/worker';
import { afterEach, describe, expect, test } from 'vitest';
import { Connection } from '../../../src/doors/worker/connection';
import type { Message } from '../../../src/doors/worker/protocol';
import { remoteOf } from '../../../src/doors/worker/remote';
import { type Exposed, exposed } from '../../support/exposed';

/** Both ends, linked by a channel of messages; what is held, as Node would be. */
function linked(target: object = exposed) {
  const { port1, port2 } = new MessageChannel();
  const state = { held: false, sent: [] as Message[] };
  const end = (side: 'page' | 'worker', port: MessagePort) => {
    const connection = new Connection(side, {
      post(message, moved = []) {
        state.sent.push(message);
        port.postMessage(message, moved as Transferable[]);
      },
      hold(on) {
        if (side === 'page') state.held = on;
      },
    });
    port.onmessage = ({ data }) => connection.hear(data as Message);
    return connection;
  };
  const page = end('page', port1);
  end('worker', port2).serve(target, 'root');
  opened.push(port1);
  return { page, state, remote: remoteOf(page.peer('root'), []) as unknown as Remote<Exposed> };
}

const opened: MessagePort[] = [];
afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});

const DTYPES = [
  ['float32', [1.5, -2, Number.NaN, 0, 5, 6]],
  ['float16', [1.5, -2, 65504, 0, 0.25, 6]],
  ['int32', [-1, 2, 3, 4, 5, 2 ** 31 - 1]],
  ['int64', [-1, 2, 3, 4, 5, 6]],
  ['uint32', [1, 2, 3, 4, 5, 2 ** 31]],
  ['uint8', [0, 255, 3, 4, 5, 6]],
  ['bool', [0, 1, 1, 0, 1, 1]],
] as const;

describe('tensors', () => {
  test.each(DTYPES)('of %s arrive with their dtype, shape and values', async (dtype, values) => {
    const { remote, state } = linked();
    const x = torch.tensor([...values], { dtype }).reshape(2, 3);
    const y = (await remote.echo(x)) as Tensor;
    expect(y).toBeInstanceOf(torch.Tensor);
    expect([y.dtype, y.shape]).toEqual([dtype, [2, 3]]);
    expect(await y.tolist()).toEqual(await x.tolist());
    expect(await x.tolist()).toEqual(await y.tolist());
    const bytes = JSON.stringify(state.sent.map((message) => Object.keys(message)));
    expect(bytes).not.toContain('storage');
  });

  test('arrive contiguous, nested in whatever holds them, and once where they are several times', async () => {
    const { remote } = linked();
    const x = torch.arange(6).reshape(2, 3).t();
    expect(await remote.describe(x)).toBe('Tensor int64 [3,2] true');
    const given = {
      list: [x, { again: x }],
      map: new Map([['x', x]]),
      set: new Set([x]),
      plain: [1, 'a', null],
      n: 1n,
    };
    const back = (await remote.echo(given)) as typeof given;
    const [first, { again }] = back.list as [Tensor, { again: Tensor }];
    expect(await first.tolist()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    const [inSet] = back.set;
    expect([again === first, back.map.get('x') === first, inSet === first]).toEqual([true, true, true]);
    expect([back.plain, back.n]).toEqual([[1, 'a', null], 1n]);
  });

  test('are what they were when the call was made, without a gradient; empty and scalar ones too', async () => {
    const { remote } = linked();
    const x = torch.ones(2, { requiresGrad: true });
    const sent = remote.echo([x, torch.zeros(0, 3), torch.tensor(4)]);
    torch.noGrad(() => x.zero_());
    const [y, empty, scalar] = (await sent) as Tensor[];
    expect([y!.requiresGrad, await y!.tolist()]).toEqual([false, [1, 1]]);
    expect([empty!.shape, await empty!.tolist(), scalar!.shape, await scalar!.item()]).toEqual([[0, 3], [], [], 4]);
  });

  test('calls arrive in their order, those without tensors too', async () => {
    const { remote } = linked();
    const done: number[] = [];
    const calls = [torch.ones(3), 1, torch.ones(4), 2].map((value, i) => remote.echo(value).then(() => done.push(i)));
    await Promise.all(calls);
    expect(done).toEqual([0, 1, 2, 3]);
  });
});

describe('plain data', () => {
  test('keeps its identities, cycles, holes and keys', async () => {
    const { remote } = linked();
    const loop: Record<string, unknown> = { date: new Date(5), f: () => 1, bytes: new Float32Array([1]) };
    loop.self = loop;
    const back = (await remote.echo(loop)) as typeof loop;
    expect(back.self).toBe(back);
    expect([back.date, back.bytes]).toEqual([new Date(5), new Float32Array([1])]);
    const odd = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as object;
    expect(JSON.stringify(await remote.echo(odd))).toBe(JSON.stringify(odd));
    expect(1 in ((await remote.echo(new Array(3))) as unknown[])).toBe(false);
  });

  test('is copied, unless it is said to move', async () => {
    const { remote } = linked();
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await remote.size(bytes.buffer)).toBe(3);
    expect(bytes.length).toBe(3);
    const back = await remote.moved(transfer(bytes));
    expect([bytes.length, back]).toEqual([0, new Uint8Array([1, 2, 3])]);
    const [a, b] = [new ArrayBuffer(4), new ArrayBuffer(8)];
    await remote.echo(transfer({ a, b: [b] }, [b]));
    expect([a.byteLength, b.byteLength]).toEqual([4, 0]);
  });

  test('ports move by themselves', async () => {
    const { remote } = linked();
    const { port1, port2 } = new MessageChannel();
    const port = (await remote.echo({ port: port2 })) as { port: MessagePort };
    const heard = new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
    });
    port.port.postMessage('through');
    expect(await heard).toBe('through');
    port1.close();
  });
});

describe('what cannot cross', () => {
  test.each([
    ['a symbol', Symbol('x'), /^echo: expected plain data.*, but got a symbol at 0; symbols cannot cross$/],
    ['a promise', { p: Promise.resolve(1) }, /but got a promise at 0\.p; await it first/],
    ['an object of a class', [new (class Chart {})()], /but got an instance of Chart at 0\.0; its class cannot cross/],
    ['what no clone is made of', { map: new WeakMap() }, /^echo: expected arguments that can be cloned\./],
  ])('%s is a typed error', async (_, value, message) => {
    const { remote } = linked();
    const error = await remote.echo(value).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(torch.ArgumentError);
    expect((error as Error).message).toMatch(message);
    expect(await remote.echo('still here')).toBe('still here');
  });

  test('results neither', async () => {
    const { remote } = linked();
    await expect(remote.unsendable()).rejects.toThrow(
      /unsendable: .* but got an instance of Counter; its class cannot/,
    );
    await expect(remote.uncloned()).rejects.toThrow('uncloned: expected a result that can be cloned, but it cannot');
    await expect(remote.uncloned()).rejects.toThrow(torch.ArgumentError);
  });

  test('assignments, and functions that are not there', async () => {
    const { remote } = linked();
    expect(() => Object.assign(remote, { version: 4 })).toThrow(/^version: expected no assignment/);
    const missing = remote as unknown as {
      scael(): Promise<void>;
      version(): Promise<void>;
      a: { b(): Promise<void> };
    };
    await expect(missing.scael()).rejects.toThrow(
      /^scael: expected a function .*, but got undefined; there are .*scale/,
    );
    await expect(missing.version()).rejects.toThrow(/^version: expected a function .* but got number 3/);
    await expect(missing.a.b()).rejects.toThrow(torch.ArgumentError);
  });
});

describe('objects and classes', () => {
  test('a class is made there, and its objects stay there', async () => {
    const { remote } = linked();
    const counter = await new remote.Counter('a');
    expect([await counter.add(2), await counter.add(3), await counter.count, await counter.name]).toEqual([
      2,
      5,
      5,
      'a',
    ]);
    expect(await remote.counted(counter as never)).toBe('true a 5');
    await expect(new remote.Counter('')).rejects.toThrow(torch.ArgumentError);
  });

  test('proxy has an object stay; properties and nested methods are reached by name', async () => {
    const { remote } = linked();
    const counter = await remote.counter('b');
    expect(await counter.add(1)).toBe(1);
    expect(await remote.version).toBe(3);
    expect(await remote.nested.deep.add(4)).toBe(await remote.nested.deep.count);
    counter[Symbol.dispose]();
    await expect(counter.add(1)).rejects.toThrow(/add: expected an object that still ex/);
  });

  test('a class or a function alone can be exposed', async () => {
    const { remote: counting } = linked(exposed.Counter);
    const made = await new (counting as unknown as Remote<typeof exposed.Counter>)('c');
    expect(await made.add(1)).toBe(1);
    const { remote: scaling } = linked(exposed.scale);
    expect(await (await (scaling as unknown as Remote<Exposed['scale']>)(torch.ones(1), 3)).shape).toEqual([1]);
  });
});

describe('functions', () => {
  test('report progress before the result comes, with tensors', async () => {
    const { remote } = linked();
    const seen: [number, number][] = [];
    let pending = 0;
    const result = await remote.report(3, async (step, loss) => {
      pending++;
      seen.push([step, await loss.item()]);
      pending--;
    });
    expect([result, pending + seen.length]).toEqual(['done', 3]);
    expect(seen).toEqual([
      [0, 0],
      [1, 0.5],
      [2, 1],
    ]);
  });

  test('answer where they are asked, and what they throw arrives', async () => {
    const { remote } = linked();
    expect(await remote.ask((n) => 2 * n)).toBe(42);
    const thrown = remote.askSafely(() => {
      throw new torch.ShapeError('of the page');
    });
    expect(await thrown).toBe('true of the page');
  });

  test('what fails in one for which nobody waits ends the loop, or fails the call', async () => {
    const { remote } = linked();
    let calls = 0;
    const slow = remote.reportSlowly(1000, () => {
      calls++;
      throw new torch.IndexError('a broken chart');
    });
    await expect(slow).rejects.toThrow(torch.IndexError);
    expect(calls).toBeLessThan(50);
    const last = remote.report(2, (step) => {
      if (step === 1) throw new torch.IndexError('the last one');
    });
    await expect(last).rejects.toThrow('the last one');
  });

  test('one that waits for the call itself holds nothing up', async () => {
    const { remote } = linked();
    const done: Promise<string> = remote.report(2, async () => {
      await done;
    });
    expect(await done).toBe('done');
  });
});

describe('signals', () => {
  test('stop what runs there, with their reason', async () => {
    const { remote } = linked();
    const controller = new AbortController();
    const running = remote.untilStopped({ signal: controller.signal });
    // Calls arrive in their order: once this one is answered, the other is running.
    await remote.echo(1);
    controller.abort('enough');
    expect(await running).toBeGreaterThan(0);
    expect(await remote.untilStopped({ signal: controller.signal })).toBe(0);
  });

  test('reasons are errors of their classes', async () => {
    const { remote } = linked();
    const aborted = await remote.untilStopped({ signal: AbortSignal.abort() }).catch((error: unknown) => error);
    expect([(aborted as Error).name, aborted instanceof DOMException]).toEqual(['AbortError', true]);
    const own = AbortSignal.abort(new torch.WorkerError('no more'));
    await expect(remote.untilStopped({ signal: own })).rejects.toThrow(torch.WorkerError);
  });

  test('one that is aborted while its call waits for a tensor is not lost', async () => {
    const { remote } = linked();
    const controller = new AbortController();
    const call = remote.untilStopped({ signal: controller.signal, x: torch.ones(3) } as never);
    controller.abort('enough');
    expect(await call).toBe(0);
  });
});

describe('iterators', () => {
  test('are iterated across, with or without an await before them', async () => {
    const { remote } = linked();
    const seen: number[] = [];
    for await (const { n, x } of remote.countdown(3)) seen.push(n, await x.item());
    expect(seen).toEqual([3, 3, 2, 2, 1, 1]);
    const iterator = await remote.countdown(1);
    expect((await iterator.next()).done).toBe(false);
    expect(await iterator.next()).toEqual({ done: true, value: 'over' });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test('break and an error end the one there', async () => {
    const { remote } = linked();
    const before = await remote.closed;
    for await (const { n } of remote.countdown(9)) if (n === 8) break;
    expect(await remote.closed).toBe(before + 1);
    const failing = remote.echo(
      (function* () {
        yield 1;
        throw new torch.ShapeError('inside');
      })(),
    ) as Promise<AsyncGenerator<number>>;
    const seen: number[] = [];
    const all = async () => {
      for await (const n of await failing) seen.push(n);
    };
    await expect(all()).rejects.toThrow(torch.ShapeError);
    expect(seen).toEqual([1]);
  });
});

describe('errors', () => {
  test.each([
    ['shape', torch.ShapeError, 'ShapeError', /^matmul: expected/],
    ['own', torch.ShapeError, 'MyError', /^mine$/],
    ['fetch', torch.FetchError, 'FetchError', /^gone$/],
    ['js', TypeError, 'TypeError', /^of JavaScript$/],
  ] as const)('%s: class, name and message are what they were', async (kind, type, name, message) => {
    const { remote } = linked();
    const error = (await remote.fail(kind).catch((caught: unknown) => caught)) as Error;
    expect(error).toBeInstanceOf(type);
    expect([error.name, message.test(error.message), /\n\s+at /.test(error.stack!)]).toEqual([name, true, true]);
  });

  test('keep their properties and causes; other things that are thrown arrive too', async () => {
    const { remote } = linked();
    const own = await remote.fail('own').catch((error: unknown) => error);
    expect(own).toMatchObject({ code: 7, cause: new RangeError('below') });
    expect((own as Error).cause).toBeInstanceOf(RangeError);
    expect(await remote.fail('fetch').catch((error: unknown) => error)).toMatchObject({ status: 404 });
    expect(await remote.fail('text').catch((error: unknown) => error)).toBe('a text');
    const loop: Error & { self?: unknown } = new torch.DTypeError('loop');
    loop.self = loop;
    const back = (await remote.echo({ loop })) as { loop: typeof loop };
    expect(back.loop).toBeInstanceOf(torch.DTypeError);
    expect(back.loop.self).toBe(back.loop);
  });
});

test('when it ends, what is pending fails, and whatever is asked after that', async () => {
  const { remote, page, state } = linked();
  const pending = [remote.never(), remote.echo(torch.ones(2))];
  expect(state.held).toBe(true);
  page.end(new torch.WorkerError('it is over'));
  for (const call of [...pending, remote.echo(1), remote.version]) {
    await expect(call).rejects.toThrow(torch.WorkerError);
  }
  expect(state.held).toBe(false);
});

test('what is given that makes no sense is a typed error', async () => {
  expect(() => expose({})).toThrow(/^expose: expected to be called in a worker/);
  expect(() => expose(null as never)).toThrow(torch.ArgumentError);
  expect(() => proxy(3 as never)).toThrow(torch.ArgumentError);
  expect(() => transfer(new ArrayBuffer(2), 'all' as never)).toThrow(torch.ArgumentError);
  await expect(connect({} as never)).rejects.toThrow(/^connect: expected a Worker, .* but got an object/);
  await expect(connect(null as never, { timeout: -1 })).rejects.toThrow(/^connect: expected timeout/);
  const broken = () => {
    throw new Error('no such thing');
  };
  await expect(connect(broken)).rejects.toThrow(/^connect: the worker could not be started\. no such thing/);
  await expect(terminate({})).rejects.toThrow(/^terminate: expected what connect gave/);
});
