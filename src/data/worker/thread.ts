// Threads that work for a page or a process: Web Workers and those of Node's worker_threads, under one interface.
import { ArgumentError, WorkerError } from '../../errors';
import { kindOf } from '../../tensor/options';

/** A Web Worker, as much of it as is needed. */
export interface WebWorkerLike {
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  terminate(): unknown;
}

/** A Worker of Node's `worker_threads`, as much of it as is needed. */
export interface NodeWorkerLike {
  postMessage(message: unknown): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  terminate(): Promise<unknown>;
  ref(): void;
  unref(): void;
}

export type WorkerLike = WebWorkerLike | NodeWorkerLike;

/** What a thread tells of itself. */
export interface ThreadEvents {
  message(data: unknown): void;
  /** It will never answer again. */
  died(error: Error): void;
}

export interface Thread {
  /** Whether its end comes as an event. */
  readonly dies: 'aloud' | 'silently';
  post(message: unknown): void;
  /** Has a process of Node wait for the thread, or not. */
  hold(on: boolean): void;
  terminate(): Promise<void>;
}

/** Workers that are in use: each loader needs some of its own. */
const taken = new WeakSet<object>();

/**
 * @param name names the worker in errors
 * @throws ArgumentError for what is no worker, or one that another loader works with
 */
export function threadOf(worker: unknown, name: string, events: ThreadEvents): Thread {
  if (isNodeWorker(worker)) return nodeThread(claimed(worker), name, events);
  if (isWebWorker(worker)) return webThread(claimed(worker), name, events);
  throw new ArgumentError(
    `DataLoader: expected worker() to return a Worker, but got ${kindOf(worker)}; write worker: () => new Worker(new URL('./my-data.ts', import.meta.url), { type: 'module' })`,
  );
}

function claimed<W extends object>(worker: W): W {
  if (taken.has(worker)) {
    throw new ArgumentError(
      'DataLoader: expected worker() to return a new Worker at each call, but got one twice; write worker: () => new Worker(…)',
    );
  }
  taken.add(worker);
  return worker;
}

const has = (value: unknown, ...names: string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function');
const isNodeWorker = (value: unknown): value is NodeWorkerLike => has(value, 'postMessage', 'on', 'terminate', 'unref');
const isWebWorker = (value: unknown): value is WebWorkerLike =>
  has(value, 'postMessage', 'addEventListener', 'terminate');

const UNREADABLE = 'what it sent could not be read here; send plain data';

function nodeThread(worker: NodeWorkerLike, name: string, { message, died }: ThreadEvents): Thread {
  worker.on('message', message);
  worker.on('messageerror', (cause) => died(new WorkerError(`${name}: ${UNREADABLE}`, { cause })));
  worker.on('error', (cause) => died(new WorkerError(`${name}: ${textOf(cause)}`, { cause })));
  worker.on('exit', (code) =>
    died(new WorkerError(`${name}: it ended by itself, with exit code ${code}; ${SERVE_REMEDY}`)),
  );
  worker.unref();
  return {
    dies: 'aloud',
    post: (data) => worker.postMessage(data),
    hold: (on) => (on ? worker.ref() : worker.unref()),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** What to do where a worker ends before it has served anything. */
export const SERVE_REMEDY = 'its module is to call data.serve(dataset) and to stay';

function webThread(worker: WebWorkerLike, name: string, { message, died }: ThreadEvents): Thread {
  worker.addEventListener('message', (event) => message((event as MessageEvent).data));
  worker.addEventListener('messageerror', () => died(new WorkerError(`${name}: ${UNREADABLE}`)));
  worker.addEventListener('error', (event) => {
    const { message: text, filename, lineno, error } = event as Partial<ErrorEvent>;
    // A script that is not there, or is no script, gives an event that says nothing.
    const why = text ? `${text}${filename ? ` (${filename}:${lineno})` : ''}` : 'its script could not be loaded';
    died(new WorkerError(`${name}: ${why}`, { cause: error }));
  });
  return {
    dies: 'silently',
    post: (data) => worker.postMessage(data),
    hold: () => undefined,
    terminate: async () => {
      worker.terminate();
    },
  };
}

const textOf = (cause: unknown): string => (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
