// A store of checkpoints that outlives the page or the program. Each checkpoint has a name and is written completely or
// not at all..

import { type Kind, text } from '../../../engine/core/argument-kinds';
import { closeMethods } from '../../../engine/core/arity';
import { FetchError } from '../../../engine/core/errors';
import { objectAt } from '../../../engine/core/object-argument';
import { type Arguments, parseArgs, shown } from '../../../engine/core/options';
import { Printable } from '../../../engine/core/printable';
import { fileSystem } from '../../../engine/gpu/node';
import { expectLoadable, type LoadOptions, type LoadOrder, load, loadDefaults, loadKinds } from '../load';
import { type Saved, type SaveOptions, saveBytes, saveDefaults } from './checkpoint';

/** A checkpoint in a store. */
export interface StoredCheckpoint {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly savedAt: Date;
}

/** Stores bytes by name, completely or not at all. */
export interface Shelf {
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** The contents stored under the name; null if there are none. */
  get(name: string): Promise<Blob | string | null>;
  list(): Promise<StoredCheckpoint[]>;
  remove(name: string): Promise<boolean>;
}

const SHORTEST = 1;
const LONGEST = 200;

const checkpointName: Kind = {
  words: `a string of ${SHORTEST} to ${LONGEST} characters`,
  fits: (value) => typeof value === 'string' && value.length >= SHORTEST && value.length <= LONGEST,
};

interface StoreName {
  /** In a page, the name of the store; in Node, the path of a folder, which is created on demand. */
  name: string;
}

/**
 * Checkpoints by name, in IndexedDB in a page or worker, in a folder in Node:
 *
 *     const store = new torch.CheckpointStore('my-run');
 *     await store.save('best', { model: model.stateDict(), epoch });
 *     model.loadStateDict((await store.load('best')).model);
 *
 * `save` replaces a checkpoint only once the new one is complete: if the tab is closed halfway, the old one remains.
 */
export class CheckpointStore extends Printable {
  static {
    closeMethods(CheckpointStore.prototype, ['list']);
  }

  /** In a page, the name of the store; in Node, the path of its folder. */
  readonly name: string;
  #shelf: Promise<Shelf> | null = null;
  /** Writes run one after another, so that the last call is the last to be written. */
  #writes: Promise<unknown> = Promise.resolve();

  constructor(...args: Arguments<StoreName, ['name']>) {
    super();
    const words = 'a string of at least one character';
    const kind: Kind = { words, fits: (value) => typeof value === 'string' && value !== '' };
    this.name = parseArgs<StoreName>('CheckpointStore', ['name'], {}, args, { name: kind }).name;
  }

  /**
   * Saves any value that `torch.save` takes; values on the device are saved as of this call. The extension of the name
   * determines the format, as for a file.
   * @throws ArgumentError if the value cannot be saved, FetchError if there is no space left
   * @param object What is saved: tensors, and plain values around them.
   */
  async save<T>(name: string, object: Saved<T>, options?: SaveOptions): Promise<void>;
  async save<T>(named: SaveOptions & { name: string; object: Saved<T> }): Promise<void>;
  async save(...args: readonly unknown[]): Promise<void> {
    const op = 'CheckpointStore.save';
    const { name, object, ...options } = parseArgs<SaveOptions & { name: string; object: unknown }>(
      op,
      ['name', 'object'],
      saveDefaults,
      objectAt(op, ['name', 'object', ...Object.keys(saveDefaults)], 1, args),
      { name: checkpointName },
    );
    const bytes = saveBytes(object, name, options);
    // The bytes are awaited only when earlier writes are done, so a failure before that must not count as unhandled.
    bytes.catch(() => undefined);
    const write = this.#writes.then(async () => (await this.#open()).put(name, await bytes));
    this.#writes = write.catch(() => undefined);
    await write;
  }

  /**
   * The value saved under a name.
   * @throws FetchError with status 404 if there is none
   */
  async load<T = Record<string, unknown>>(
    ...args: Arguments<LoadOptions & StoreName, ['name', ...LoadOrder]>
  ): Promise<T> {
    const op = 'CheckpointStore.load';
    const o = parseArgs<LoadOptions & StoreName>(op, ['name'], loadDefaults, args, {
      name: checkpointName,
      ...loadKinds,
    });
    expectLoadable(op, o);
    const { name, ...options } = o;
    await this.#writes;
    const found = await (await this.#open()).get(name);
    if (found !== null) return load<T>(found instanceof Blob ? new File([found], name) : found, options);
    throw new FetchError(`${op}: expected a checkpoint in ${shown(this.name)}, but there is no ${shown(name)}`, {
      status: 404,
    });
  }

  /** All checkpoints, the latest first. */
  async list(): Promise<StoredCheckpoint[]> {
    await this.#writes;
    const found = await (await this.#open()).list();
    return found.sort((a, b) => b.savedAt.getTime() - a.savedAt.getTime() || (a.name < b.name ? -1 : 1));
  }

  /** Whether there is a checkpoint of that name. */
  async has(...args: Arguments<StoreName, ['name']>): Promise<boolean> {
    const { name } = parseArgs<StoreName>('CheckpointStore.has', ['name'], {}, args, { name: text });
    return (await this.list()).some((checkpoint) => checkpoint.name === name);
  }

  /** Removes a checkpoint; returns false if there is none. */
  async remove(...args: Arguments<StoreName, ['name']>): Promise<boolean> {
    const { name } = parseArgs<StoreName>('CheckpointStore.remove', ['name'], {}, args, { name: checkpointName });
    const removal = this.#writes.then(async () => (await this.#open()).remove(name));
    this.#writes = removal.catch(() => undefined);
    return removal;
  }

  #open(): Promise<Shelf> {
    this.#shelf ??= fileSystem()
      ? import('./folder').then(({ folderShelf }) => folderShelf(this.name))
      : import('./database').then(({ databaseShelf }) => databaseShelf(this.name));
    return this.#shelf;
  }

  override toString(): string {
    return `CheckpointStore(${this.name})`;
  }
}
