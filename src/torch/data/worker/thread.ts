// One interface for the threads of a page or a process: Web Workers and Node's worker_threads.
import { ArgumentError, WorkerError } from '../../../engine/core/errors';
import { kindOf } from '../../../engine/core/kind-of';
import { newLock, watchLock } from './lock';

/** The part of a Web Worker that is needed here. */
export interface WebWorkerLike {
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  terminate(): unknown;
}

/** The part of a Worker of Node's `worker_threads` that is needed here. */
export interface NodeWorkerLike {
  postMessage(message: unknown): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  terminate(): Promise<unknown>;
  ref(): void;
  unref(): void;
}

/** A Web Worker or a Node thread. */
export type WorkerLike = WebWorkerLike | NodeWorkerLike;

/** The events of a thread. */
export interface ThreadEvents {
  message(data: unknown): void;
  /** The thread will never answer again. */
  died(error: Error): void;
}

export interface Thread {
  /**
   * The name of a lock that the thread has to hold while it lives, because no event reports its end; null if an event
   * does, or if the platform has no locks.
   */
  readonly lock: string | null;
  /** @param transfer the objects to move to the thread rather than copy */
  post(message: unknown, transfer?: readonly object[]): void;
  /** Makes a Node process wait for the thread, or not. */
  hold(on: boolean): void;
  /** Calls `ended` when the thread, which holds its lock by now, has ended, unless the signal is aborted first. */
  watch(signal: AbortSignal, ended: () => void): void;
  terminate(): Promise<void>;
}

/** The wording of errors about a thread, and about what its module must do. */
export interface ThreadWords {
  /** The name of the worker. */
  readonly name: string;
  /** The error for a value that is not a worker, up to "but got". */
  readonly expected: string;
  readonly remedy: string;
  /** The error for a worker that is already in use. */
  readonly twice: string;
  /** The remedy in the error for a worker that ends before it has served anything. */
  readonly serve: string;
}

/** Workers that are in use: each has only one owner. */
const taken = new WeakSet<object>();

/** @throws ArgumentError if the value is not a worker, or is already in use */
export function threadOf(worker: unknown, words: ThreadWords, events: ThreadEvents): Thread {
  const { expected, remedy, twice } = words;
  const isNode = isNodeWorker(worker);
  if (!isNode && !isWebWorker(worker)) {
    throw new ArgumentError(`${expected}, but got ${kindOf(worker)}; ${remedy}`);
  }
  if (taken.has(worker)) throw new ArgumentError(twice);
  taken.add(worker);
  return isNode ? nodeThread(worker, words, events) : webThread(worker, words, events);
}

const has = (value: unknown, ...names: string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function');
const isNodeWorker = (value: unknown): value is NodeWorkerLike => has(value, 'postMessage', 'on', 'terminate', 'unref');
const isWebWorker = (value: unknown): value is WebWorkerLike =>
  has(value, 'postMessage', 'addEventListener', 'terminate');

const UNREADABLE = 'what it sent could not be read here; send plain data';

function nodeThread(worker: NodeWorkerLike, { name, serve }: ThreadWords, { message, died }: ThreadEvents): Thread {
  worker.on('message', message);
  worker.on('messageerror', (cause) => died(new WorkerError(`${name}: ${UNREADABLE}`, { cause })));
  worker.on('error', (cause) => died(new WorkerError(`${name}: ${textOf(cause)}`, { cause })));
  worker.on('exit', (code) => died(new WorkerError(`${name}: it ended by itself, with exit code ${code}; ${serve}`)));
  worker.unref();
  return {
    lock: null,
    post: (data, transfer) => (worker as Posting).postMessage(data, transfer),
    hold: (on) => (on ? worker.ref() : worker.unref()),
    watch: () => undefined,
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/**
 * The method `postMessage` with its transfer list, which every worker has. `WorkerLike` omits the list, so that any
 * program's worker type is assignable to it.
 */
interface Posting {
  postMessage(message: unknown, transfer?: readonly object[]): void;
}

function webThread(worker: WebWorkerLike, { name }: ThreadWords, { message, died }: ThreadEvents): Thread {
  worker.addEventListener('message', (event) => message((event as MessageEvent).data));
  worker.addEventListener('messageerror', () => died(new WorkerError(`${name}: ${UNREADABLE}`)));
  worker.addEventListener('error', (event) => {
    const { message: text, filename, lineno, error } = event as Partial<ErrorEvent>;
    // If the script is missing, or the file is not a script, the event has no message.
    const why = text ? `${text}${filename ? ` (${filename}:${lineno})` : ''}` : 'its script could not be loaded';
    died(new WorkerError(`${name}: ${why}`, { cause: error }));
  });
  const lock = newLock();
  return {
    lock,
    post: (data, transfer) => (worker as Posting).postMessage(data, transfer),
    hold: () => undefined,
    watch: (signal, ended) => {
      if (lock !== null) watchLock(lock, signal, ended);
    },
    terminate: async () => {
      worker.terminate();
    },
  };
}

const textOf = (cause: unknown): string => (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
