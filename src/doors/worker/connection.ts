// One end of a connection between a page and its worker. Both ends use the same class, which sends requests and answers
// and keeps their order.

import * as comlink from 'comlink';
import { ArgumentError } from '../../torch';
import { loadHostTensors } from '../../torch/inside';
import { Callback } from './callback';
import { Channel } from './channel';
import { type Contents, type Parcel, parcelOf, type Receiver, restore, type Sender } from './crossing';
import { type Answer, found, type Host, perform, type Way } from './host';
import { proxy } from './marks';
import { MARK, type Message } from './protocol';
import { iteratorOf, originOf, Peer, remoteOf } from './remote';
import { Reply } from './reply';
import { Signals } from './signals';

/** The transport of a connection. */
export interface Line {
  post(message: Message, transfer?: readonly object[]): void;
  /** In Node: starts or stops keeping the process alive. */
  hold(on: boolean): void;
}

/**
 * The code that makes tensors. It is loaded when the first tensor arrives, so that a page without tensors does not load
 * it.
 */
let tensors: Awaited<ReturnType<typeof loadHostTensors>> | null = null;

const noop = (): void => undefined;

export class Connection {
  readonly #line: Line;
  readonly #channels = new Map<string, Channel>();
  /** Maps channels to the objects of this end that are served on them. */
  readonly #targets = new Map<string, object>();
  readonly #pending = new Set<(error: unknown) => void>();
  readonly #signals: Signals;
  readonly #sender: Sender;
  #count = 0;
  #end: { readonly reason: unknown } | null = null;
  /**
   * Resolves when the next outgoing message may be sent: earlier messages may be waiting for their tensors to be read.
   * Null if no message is waiting.
   */
  #leaving: Promise<void> | null = null;
  /**
   * Resolves when the next incoming message may be handled: earlier messages may be waiting for the code that makes
   * tensors to load. Null if no message is waiting.
   */
  #coming: Promise<void> | null = null;

  /** @param side makes the channel names of the two ends distinct */
  constructor(side: 'page' | 'worker', line: Line) {
    this.#line = line;
    this.#signals = new Signals(side, {
      abort: (id, reason) => void this.#abort(id, reason),
      forget: (id) => this.#line.post({ mark: MARK, kind: 'forget', id }),
    });
    this.#sender = {
      reference: (target) => {
        const channel = `${side} ${++this.#count}`;
        this.serve(target, channel);
        return channel;
      },
      signal: (signal) => this.#signals.leaves(signal),
      originOf: (value) => {
        const origin = originOf(value);
        return origin?.owner === this ? { channel: origin.channel, path: origin.path } : null;
      },
    };
  }

  /** Handles a message from the other end. */
  hear(message: Message): void {
    if (message.kind === 'channel') this.#channels.get(message.channel)?.hear(message.data);
    else if (message.kind === 'abort')
      void this.#arrive(message.reason, (reason) => this.#signals.aborted(message.id, reason));
    else if (message.kind === 'forget') this.#signals.forget(message.id);
  }

  /** Fails all pending and later requests. */
  end(reason: unknown): void {
    if (this.#end) return;
    this.#end = { reason };
    for (const fail of [...this.#pending]) fail(reason);
  }

  /** Lets the other end call, construct and read an object of this end. */
  serve(target: object, channel: string): void {
    const way =
      (how: Way): Host[Way] =>
      (path, args) =>
        this.#answer(how, target, path, args);
    this.#targets.set(channel, target);
    comlink.expose({ call: way('call'), make: way('make'), read: way('read') }, this.#channel(channel));
  }

  /**
   * Returns a peer that sends requests to an object of the other end, on the object's channel.
   *
   * @param release frees the object at the other end; default: sends a message that the channel is no longer needed
   */
  peer(channel: string, release: (() => void) | null = null): Peer {
    const host = comlink.wrap<Host>(this.#channel(channel));
    const ask = (way: Way, path: readonly string[], args: readonly unknown[]) => this.#ask(host, way, path, args);
    return new Peer(channel, this, ask, release ?? (() => host[comlink.releaseProxy]()));
  }

  #channel(name: string): Channel {
    const channel = new Channel(
      (data, transfer) => this.#line.post({ mark: MARK, kind: 'channel', channel: name, data }, transfer),
      () => {
        this.#channels.delete(name);
        this.#targets.delete(name);
      },
    );
    this.#channels.set(name, channel);
    return channel;
  }

  #ask(host: comlink.Remote<Host>, way: Way, path: readonly string[], args: readonly unknown[]): Reply<unknown> {
    return new Reply((resolve, reject) => {
      if (this.#end) {
        reject(this.#end.reason);
        return;
      }
      const settled = () => {
        this.#pending.delete(fail);
        if (this.#pending.size === 0) this.#line.hold(false);
      };
      const fail = (error: unknown) => {
        settled();
        reject(error);
      };
      if (this.#pending.size === 0) this.#line.hold(true);
      this.#pending.add(fail);
      const name = path.join('.') || way;
      const answered = ({ contents, failed }: Answer) =>
        this.#arrive(contents, (value) => {
          settled();
          if (failed) reject(value);
          else resolve(value);
        });
      this.#leave(name, args, ({ contents, transfer }) => {
        host[way](path, comlink.transfer(contents, transfer))
          .then(answered)
          .catch((error) => fail(uncloned(name, error)));
      }).catch(fail);
    });
  }

  async #answer(way: Way, target: object, path: readonly string[], args: Contents): Promise<Answer> {
    const name = path.join('.') || way;
    const answered = (failed: boolean) => (parcel: Parcel) =>
      comlink.transfer<Answer>({ failed, contents: parcel.contents }, parcel.transfer);
    const callbacks: Callback[] = [];
    try {
      const given = this.#arrive(args, (value) => value as readonly unknown[], callbacks);
      const result = await perform(way, target, path, given instanceof Promise ? await given : given);
      // If a callback failed and no code here has seen the error, the call itself fails with it.
      for (const callback of callbacks) await callback.settle();
      return await this.#leave(name, way === 'make' ? proxy(result as object) : result, answered(false));
    } catch (error) {
      return await this.#leave(name, error, answered(true)).catch((cause) => this.#leave(name, cause, answered(true)));
    }
  }

  async #abort(id: string, reason: unknown): Promise<void> {
    const { contents } = await parcelOf('abort', reason, this.#sender);
    this.#line.post({ mark: MARK, kind: 'abort', id, reason: contents });
  }

  /**
   * Captures a value as it is now and sends it in order: immediately, unless its tensors or those of earlier messages
   * are still being read.
   */
  #leave<R>(op: string, value: unknown, send: (parcel: Parcel) => R): Promise<R> {
    try {
      const parcel = parcelOf(op, value, this.#sender);
      if (!this.#leaving && !(parcel instanceof Promise)) return Promise.resolve(send(parcel));
      const sent = Promise.all([parcel, this.#leaving]).then(([ready]) => send(ready));
      // A value that could not be read must not block later ones.
      const turn = Promise.all([sent.catch(noop), this.#leaving]).then(() => {
        if (this.#leaving === turn) this.#leaving = null;
      });
      this.#leaving = turn;
      return sent;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Passes an arrived value to `use`, in order: immediately, unless the code that makes tensors is still loading.
   * @param callbacks collects the functions among a call's arguments
   */
  #arrive<R>(contents: Contents, use: (value: unknown) => R, callbacks: Callback[] | null = null): R | Promise<R> {
    const made = () => use(restore(contents, this.#receiver(callbacks)));
    const lacks = tensors === null && contents.crossings.some(({ kind }) => kind === 'tensor');
    if (!this.#coming && !lacks) return made();
    const loaded = async () => {
      if (lacks) tensors ??= await loadHostTensors();
    };
    const used = Promise.all([loaded(), this.#coming]).then(made);
    const turn = used.then(noop, noop).then(() => {
      if (this.#coming === turn) this.#coming = null;
    });
    this.#coming = turn;
    return used;
  }

  #receiver(callbacks: Callback[] | null): Receiver {
    return {
      remote: (kind, channel) => {
        const peer = this.peer(channel);
        if (kind === 'iterator') return iteratorOf(peer);
        if (kind === 'object' || !callbacks) return remoteOf(peer, []);
        const callback = new Callback(peer);
        callbacks.push(callback);
        return remoteOf(peer, [], callback);
      },
      own: ({ channel, path }) => found(this.#targets.get(channel), path),
      signal: (id, aborted, reason) => this.#signals.arrived(id, aborted, reason),
      tensor(numbers) {
        const { dtype, data } = numbers;
        return tensors!.tensorOf(
          dtype === 'bool' ? { ...numbers, data: Uint32Array.from(data as Uint8Array) } : numbers,
        );
      },
    };
  }
}

/** Rewords comlink's error for a value that cannot be cloned. */
function uncloned(name: string, cause: unknown): unknown {
  const { name: kind, message } = cause as Error;
  if (kind === 'TypeError' && message === 'Unserializable return value') {
    return new ArgumentError(
      `${name}: expected a result that can be cloned, but it cannot; return plain data, or proxy(object)`,
    );
  }
  if (kind !== 'DataCloneError') return cause;
  return new ArgumentError(`${name}: expected arguments that can be cloned. ${message}`, { cause });
}
