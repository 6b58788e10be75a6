// The page's end of the line to the training worker: typed posting, typed listening, and starting it afresh.
import type { FromWorker, ToWorker } from './protocol';

type Kind = FromWorker['type'];
type Message<K extends Kind> = Extract<FromWorker, { type: K }>;
type Listener = (message: FromWorker) => void;

export class WorkerClient {
  private worker: Worker | undefined;
  private readonly listeners = new Map<Kind, Listener[]>();

  /** Calls `listener` for every message of one kind, from this worker and those after it. */
  on<K extends Kind>(kind: K, listener: (message: Message<K>) => void): void {
    const known = this.listeners.get(kind) ?? [];
    this.listeners.set(kind, [...known, (message) => listener(message as Message<K>)]);
  }

  /** Ends the worker there is and starts another. */
  start(): void {
    this.worker?.terminate();
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'mnist-training' });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.dispatch(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.dispatch({
        type: 'error',
        name: 'The training worker failed',
        message: event.message || 'its script could not be loaded; reload the page',
        fatal: true,
      });
    };
    this.worker = worker;
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker?.postMessage(message, transfer);
  }

  private dispatch(message: FromWorker): void {
    for (const listener of this.listeners.get(message.type) ?? []) listener(message);
  }
}
