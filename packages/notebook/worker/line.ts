// Owns the line to the page: a port that no cell ever sees, and what a cell could put in the place of the functions that use it.
import type { FromWorker, Start, ToWorker } from '../protocol';

/** A function of `this` as one whose first argument that is. What cells do to prototypes later does not reach it. */
function free<T, A extends unknown[], R>(method: (this: T, ...args: A) => R): (self: T, ...args: A) => R {
  return Function.prototype.call.bind(method as never) as never;
}

const getter = <T>(prototype: T, name: keyof T): ((self: T) => unknown) =>
  free(Object.getOwnPropertyDescriptor(prototype, name)!.get! as (this: T) => unknown);

const dataOf = getter(MessageEvent.prototype, 'data');
const portsOf = getter(MessageEvent.prototype, 'ports');
const stopHere = free(Event.prototype.stopImmediatePropagation);
const listen = free(EventTarget.prototype.addEventListener) as (
  self: EventTarget,
  type: string,
  listener: (event: never) => void,
  options?: AddEventListenerOptions,
) => void;
const begin = free(MessagePort.prototype.start);

/** Nothing listens to what a cell would send so: the page speaks with the worker's own part alone. */
function refusePosts(): void {
  const refused = (): never => {
    throw new Error(
      'postMessage: expected a cell to speak to its page by report, show or console.log, but got a message that nobody would hear; use one of these',
    );
  };
  for (let at: object | null = self; at !== null; at = Object.getPrototypeOf(at)) {
    if (at === self || Object.hasOwn(at, 'postMessage')) {
      Object.defineProperty(at, 'postMessage', { value: refused, configurable: false, writable: false });
    }
  }
}

/**
 * Waits for the page's first message, which brings the port, and hands on all that comes by it.
 *
 * @param started gets the first message and what sends to the page, and gives what takes all others
 */
export function openLine(
  started: (start: Start, send: (message: FromWorker) => void) => (message: Exclude<ToWorker, Start>) => void,
): void {
  const first = (event: MessageEvent): void => {
    stopHere(event);
    const [port] = portsOf(event) as readonly MessagePort[];
    const start = dataOf(event) as Start;
    if (!port || start.type !== 'start') return;
    const send = port.postMessage.bind(port) as (message: FromWorker) => void;
    refusePosts();
    const take = started(start, send);
    listen(port, 'message', (message: MessageEvent) => take(dataOf(message) as Exclude<ToWorker, Start>));
    begin(port);
    send({ type: 'ready' });
  };
  listen(self, 'message', first, { once: true });
}
