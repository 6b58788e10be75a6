// The worker's own end of the connection: a Web Worker's global scope, or the port of Node's worker_threads.
import { WorkerError } from '../../../engine/core/errors';
import { holdLock } from './lock';

export interface Endpoint {
  post(message: unknown, transfer: readonly object[]): void;
  listen(listener: (data: unknown) => void): void;
  /** Resolves when this worker holds the lock of its `Thread`. The worker keeps the lock until it ends. */
  hold(lock: string | null): Promise<void>;
}

interface NodePort {
  postMessage(message: unknown, transfer: readonly object[]): void;
  on(event: 'message', listener: (data: unknown) => void): void;
}

interface Builtins {
  readonly getBuiltinModule?: (name: 'node:worker_threads') => { readonly parentPort: NodePort | null };
}

interface WorkerScope {
  postMessage(message: unknown, transfer: readonly object[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

const hold = async (lock: string | null): Promise<void> => {
  if (lock !== null) await holdLock(lock);
};

/** @throws WorkerError if this thread is not a worker. @param expected the expectation, up to "but" */
export function endpoint(expected: string): Endpoint {
  const { process, WorkerGlobalScope } = globalThis as { process?: Builtins; WorkerGlobalScope?: unknown };
  const port = process?.getBuiltinModule?.('node:worker_threads').parentPort;
  if (port) {
    return {
      post: (message, transfer) => port.postMessage(message, transfer),
      listen: (listener) => port.on('message', listener),
      hold,
    };
  }
  if (typeof WorkerGlobalScope === 'function') {
    const scope = globalThis as unknown as WorkerScope;
    return {
      post: (message, transfer) => scope.postMessage(message, transfer),
      listen: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
      hold,
    };
  }
  throw new WorkerError(`${expected}, but this is not a worker`);
}
