// The worker's end: serves one object of the worker to the page that started it.

import { ArgumentError } from '../../torch';
import { endpoint, kindOf } from '../../torch/inside';
import { Connection } from './connection';
import { isMessage, MARK, type Message, ROOT } from './protocol';

let isServing = false;

/**
 * Serves an object, a class or a function to the page that started this worker. In the page, `connect` returns a typed
 * `Remote` of it. For example, in `training.ts`:
 *
 *     import { expose } from 'lamplight/worker';
 *     class Training {
 *       async fit(images: Tensor, labels: Tensor, onStep: (loss: Tensor) => void, signal: AbortSignal) { … }
 *     }
 *     expose(Training);
 *     export type { Training };
 *
 * Arguments and results cross as structured clones. In addition to the types that structured cloning supports, the
 * following may appear at any depth: tensors, as their values, without gradients; functions, which run on their own
 * side and return promises; `AbortSignal`s; errors of the library's and JavaScript's classes; iterators and generators;
 * and objects that stay on their side (`proxy`). Call `expose` while the module loads; objects that the methods need
 * may be created later.
 *
 * @throws WorkerError if this thread is not a worker
 * @throws ArgumentError if `expose` is called a second time
 * @returns the target; pass its type to `connect`
 */
export function expose<T extends object>(target: T): T {
  if ((typeof target !== 'object' && typeof target !== 'function') || target === null) {
    throw new ArgumentError(`expose: expected an object, a class or a function, but got ${kindOf(target)}`);
  }
  if (isServing) {
    throw new ArgumentError(
      'expose: expected to be called once in a worker; give it one object that holds all: expose({ Training, predict })',
    );
  }
  const { post, listen, hold } = endpoint(
    'expose: expected to be called in a worker, in the module that new Worker(…) starts',
  );
  isServing = true;
  const send = (message: Message, transfer: readonly object[] = []) => post(message, transfer);
  const connection = new Connection('worker', { post: send, hold: () => undefined });
  connection.serve(target, ROOT);
  let locked: Promise<void> | null = null;
  listen((data) => {
    if (!isMessage(data)) return;
    if (data.kind !== 'hello') {
      connection.hear(data);
      return;
    }
    // The worker takes the lock first, so that the page notices if the worker ends before it answers.
    locked ??= hold(data.lock);
    void locked.then(() => send({ mark: MARK, kind: 'ready' }));
  });
  // When the page receives this, it sends `hello` again: the first `hello` may have come before this worker was
  // listening.
  send({ mark: MARK, kind: 'here' });
  return target;
}
