// A remote represents an object on the other side. It collects property names into a path. The other side follows the
// path when the remote is called, constructed or awaited.
import { ArgumentError, WorkerError } from '../../torch';
import type { Callback } from './callback';
import type { Origin } from './crossing';
import type { Way } from './host';
import { Reply } from './reply';

type Ask = (way: Way, path: readonly string[], args: readonly unknown[]) => Reply<unknown>;

/** Sends requests to an object of the other side, on the object's channel. */
export class Peer {
  readonly channel: string;
  /** The connection. */
  readonly owner: object;
  readonly #ask: Ask;
  readonly #release: () => void;
  #isReleased = false;

  /** @param release frees the object on the other side; no requests may be made afterwards */
  constructor(channel: string, owner: object, ask: Ask, release: () => void) {
    this.channel = channel;
    this.owner = owner;
    this.#ask = ask;
    this.#release = release;
  }

  ask(way: Way, path: readonly string[], args: readonly unknown[] = []): Reply<unknown> {
    if (!this.#isReleased) return this.#ask(way, path, args);
    const name = path.join('.') || way;
    return new Reply((_, reject) => {
      reject(
        new WorkerError(
          `${name}: expected an object that still exists, but it was released when its remote was disposed of`,
        ),
      );
    });
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#release();
  }
}

const origins = new WeakMap<object, Origin & { readonly owner: object }>();

/** The origin of a remote, or of a member that was reached through one; null for anything else. */
export const originOf = (value: object): (Origin & { readonly owner: object }) | null => origins.get(value) ?? null;

/**
 * Returns a remote of the value at a path.
 * @param callback if given, makes the calls instead of the peer
 */
export function remoteOf(peer: Peer, path: readonly string[], callback: Callback | null = null): object {
  const isRoot = path.length === 0;
  // biome-ignore lint/complexity/useArrowFunction: only a target of this kind can be called with `new`.
  const remote = new Proxy(function () {}, {
    get(_, key) {
      if (key === Symbol.dispose && isRoot) return () => peer.release();
      if (typeof key === 'symbol') return undefined;
      // Awaiting a path reads the property there. The remote itself is not a promise.
      if (key === 'then' || key === 'catch' || key === 'finally') {
        if (isRoot && key === 'then') return undefined;
        if (!isRoot) {
          const reply = peer.ask('read', path);
          return reply[key].bind(reply);
        }
      }
      return remoteOf(peer, [...path, key]);
    },
    apply: (_, __, args: unknown[]) => (callback ? callback.call(args) : peer.ask('call', path, args)),
    construct: (_, args: unknown[]) => peer.ask('make', path, args),
    set(_, key) {
      throw new ArgumentError(
        `${String(key)}: expected no assignment, since the object is on the other side; call a method of it that sets ${String(key)}`,
      );
    },
  });
  origins.set(remote, { owner: peer.owner, channel: peer.channel, path });
  return remote;
}

/** An async generator for an iterator on the other side, which is released once it is done. */
export function iteratorOf(peer: Peer): AsyncGenerator<unknown> {
  let isOver = false;
  const end = () => {
    isOver = true;
    peer.release();
  };
  const step = async (name: string, args: readonly unknown[], otherwise: () => IteratorResult<unknown>) => {
    if (isOver) return otherwise();
    try {
      const result = (await peer.ask('call', [name], args)) as IteratorResult<unknown>;
      if (result.done) end();
      return result;
    } catch (error) {
      end();
      throw error;
    }
  };
  return {
    next: (...args) => step('next', args, () => ({ done: true, value: undefined })),
    return: (value) => step('return', [value], () => ({ done: true, value })),
    throw: (error) =>
      step('throw', [error], () => {
        throw error;
      }),
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await this.return(undefined);
    },
  };
}
