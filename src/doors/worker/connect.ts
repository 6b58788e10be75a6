// The page's end: starts, watches and terminates a worker.

import { ArgumentError, LamplightError, type data as torchData, WorkerError } from '../../torch';
import { kindOf, parseArgs, threadOf } from '../../torch/inside';
import { Connection } from './connection';
import { isMessage, MARK, type Message, ROOT } from './protocol';
import { originOf, remoteOf } from './remote';
import type { Remote } from './types';

/** A worker, in a page or in Node. */
export type WorkerLike = torchData.WorkerLike;

/** Options of `connect`. */
export interface ConnectOptions {
  /** The time within which the worker's module must call `expose`, in seconds; 0 for no limit. Default: 60. */
  timeout?: number;
  /**
   * Aborting this signal terminates the worker. Pending and later calls then fail with the signal's reason. Default:
   * null.
   */
  signal?: AbortSignal | null;
}

/** The wording of errors about the worker. */
const WORDS = {
  name: 'worker',
  expected: 'connect: expected a Worker, or a function that starts one',
  remedy: "write connect(new Worker(new URL('./training.ts', import.meta.url), { type: 'module' }))",
  twice: 'connect: expected a new Worker, but this one is in use; connect once, and share the remote that it gives',
  serve: 'its module is to call expose(object) and to stay',
};

/** Maps each connection to the function that terminates its worker. */
const ends = new WeakMap<object, (reason: unknown) => Promise<void>>();

type WorkerSource = WorkerLike | PromiseLike<WorkerLike>;

/**
 * Connects to a worker whose module calls `expose`, and returns a remote of the exposed object:
 *
 *     import type { Training } from './training';
 *     const worker = new Worker(new URL('./training.ts', import.meta.url), { type: 'module' });
 *     const Remote = await connect<typeof Training>(worker);
 *     const training = await new Remote();
 *     await training.fit(images, labels, (loss) => chart.add(loss), controller.signal);
 *
 * Calls arrive in order. If a function was passed as an argument, calls to it arrive before the result of the call that
 * it was passed to. In Node, `worker` is a Worker of `node:worker_threads`; it keeps the process alive only while a
 * call is pending.
 *
 * @throws WorkerError if the worker cannot be started, its module throws while loading, or it does not call `expose` in
 *   time. If a worker dies later, by an uncaught error or a crash, its pending and later calls fail with a WorkerError.
 * @param worker The worker, its address, or a function that starts it.
 */
export async function connect<T>(
  worker: WorkerSource | (() => WorkerSource),
  options: ConnectOptions = {},
): Promise<Remote<T>> {
  const { timeout, signal } = parseArgs<ConnectOptions>('connect', [], { timeout: 60, signal: null }, [options]);
  if (typeof timeout !== 'number' || !(timeout >= 0)) {
    throw new ArgumentError(`connect: expected timeout to be a number of seconds ≥ 0, but got ${kindOf(timeout)}`);
  }
  signal?.throwIfAborted();
  const started = await start(worker);
  const watch = new AbortController();
  const clocks: ReturnType<typeof setTimeout>[] = [];
  let ready!: () => void;
  let failed!: (reason: unknown) => void;
  const serving = new Promise<void>((resolve, reject) => {
    ready = resolve;
    failed = reject;
  });

  const end = async (reason: unknown): Promise<void> => {
    watch.abort();
    for (const clock of clocks) clearTimeout(clock);
    connection.end(reason);
    failed(reason);
    await thread.terminate();
  };
  const thread = threadOf(started, WORDS, {
    message: (data) => isMessage(data) && hear(data),
    died: (error) => void end(error),
  });
  const connection = new Connection('page', {
    post: (message, transfer) => thread.post(message, transfer),
    hold: (on) => thread.hold(on),
  });
  ends.set(connection, end);

  const hello = () => thread.post({ mark: MARK, kind: 'hello', lock: thread.lock } satisfies Message);
  let isWatched = false;
  const hear = (message: Message) => {
    if (message.kind === 'here') hello();
    else if (message.kind !== 'ready') connection.hear(message);
    else {
      ready();
      if (isWatched) return;
      isWatched = true;
      thread.watch(watch.signal, () => void end(new WorkerError('worker: it has ended by itself, or crashed')));
    }
  };
  signal?.addEventListener('abort', () => void end(signal.reason), { once: true, signal: watch.signal });
  if (timeout > 0) {
    const late = new WorkerError(
      `worker: in ${timeout} seconds it has not called expose(object), which its module is to do as it loads; the option timeout gives it longer`,
    );
    clocks.push(setTimeout(() => void end(late), timeout * 1000));
  }
  thread.hold(true);
  hello();
  await serving;
  for (const clock of clocks) clearTimeout(clock);
  thread.hold(false);
  const ended = () => end(new WorkerError('worker: it was terminated'));
  return remoteOf(
    connection.peer(ROOT, () => void ended()),
    [],
  ) as Remote<T>;
}

/**
 * Terminates the worker of a remote. Pending and later calls fail with a WorkerError. Resolves when the worker has
 * ended.
 *
 * @throws ArgumentError if the value is not a remote
 * @param remote A remote returned by `connect` or `serve`.
 */
export async function terminate(remote: object): Promise<void> {
  const origin = originOf(remote);
  if (!origin) throw new ArgumentError(`terminate: expected what connect gave, but got ${kindOf(remote)}`);
  await ends.get(origin.owner)?.(new WorkerError('worker: it was terminated'));
}

async function start(worker: WorkerSource | (() => WorkerSource)): Promise<WorkerLike> {
  try {
    return await (typeof worker === 'function' ? worker() : worker);
  } catch (cause) {
    if (cause instanceof LamplightError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WorkerError(`connect: the worker could not be started. ${why}`, { cause });
  }
}
