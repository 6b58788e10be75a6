// Reading tensors: their elements, read back from the device, and the texts and objects for consoles and JSON.
import { engine } from '../../../engine/compiler/engine';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { fromHalves } from '../../../engine/core/half';
import { showShape } from '../../../engine/core/meta';
import { denoInspect, nodeInspect } from '../../../engine/core/printable';
import { hostPhase } from '../../../engine/gpu/host-trace';
import { flushToRead } from '../../../engine/graph/flush';
import { asPrintedNow, formatTensor } from '../../../engine/storage/print';
import { snapshotIfDue } from '../../../engine/storage/snapshot';
import { isWhole } from '../../../engine/storage/storage';
import { TensorBase } from '../base';
import type { Tensor } from '../tensor';
import { type DataAccess, dataAccess } from './data-access';
import { consoleText, description, jsonOf, nested, refuseOperators, type TensorJSON } from './shown';
import { readBack } from './unawaited';

/** A typed array with the numbers of a tensor, by dtype. */
export type TensorData = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Numbers nested to the rank of the tensor; booleans for dtype bool. */
export type NestedArray = number | boolean | NestedArray[];

export abstract class ReadableTensor extends TensorBase {
  /**
   * `await x.data()`: the elements in row-major order, in a typed array of the dtype (Int32Array for int64, Uint8Array
   * for uint8 and bool, Float32Array for float16). Without the call it is PyTorch's `.data`: as
   * `x.detach()`, but gradients do not mind changes through it, and read what is there then. `p.data.mul_(0.9)`.
   */
  get data(): DataAccess {
    // Detached, so that a program that keeps `x.data` does not keep the graph alive.
    const shown: ReadableTensor = this.storage.disposed || this.isLeaf ? this : this.detach();
    return dataAccess(shown as unknown as Tensor, () => readBack('data', shown.#elements()));
  }

  /** @throws ArgumentError always: a tensor keeps its memory, so contents are written in place */
  set data(_: never) {
    throw new ArgumentError(
      'data: expected a change in place, since a tensor keeps its memory; write torch.noGrad(() => p.copy_(x))',
    );
  }

  async #elements(): Promise<TensorData> {
    // A tensor that covers its storage is read from the storage's own value: no alias, and no device if the data is
    // still on the host.
    const { storage } = this;
    const value = !storage.disposed && isWhole(this, storage.shape) ? storage.value : this.contents();
    const window = flushToRead(value);
    snapshotIfDue();
    const start = performance.now();
    const bytes = await (window ? engine.read(window.base, window) : engine.read(value));
    hostPhase('read', start);
    switch (this.dtype) {
      case 'float32':
        return new Float32Array(bytes);
      case 'float16':
        return fromHalves(bytes, this.numel());
      case 'int32':
      case 'int64':
        return new Int32Array(bytes);
      case 'uint32':
        return new Uint32Array(bytes);
      case 'uint8':
      case 'bool':
        return Uint8Array.from(new Uint32Array(bytes));
    }
  }

  /**
   * The only element as a number. For dtype bool it is true or false, although TypeScript, which does not know dtypes,
   * says number.
   */
  item(): Promise<number> {
    return readBack('item', this.#item());
  }

  async #item(): Promise<number> {
    if (this.numel() !== 1) {
      throw new ShapeError(
        `item: expected a tensor with one element, but got shape ${showShape(this.shape)}; use tolist()`,
      );
    }
    const [element] = await this.#elements();
    return this.dtype === 'bool' ? ((element !== 0) as unknown as number) : element!;
  }

  /**
   * The elements as nested arrays; a number for a 0-d tensor. TypeScript does not know shapes, so write the type where
   * it matters: `const rows: number[][] = await x.tolist()`, or `(await x.tolist<number[][]>()).map(…)`.
   */
  tolist<T extends NestedArray = NestedArray>(): Promise<T> {
    return readBack(
      'tolist',
      this.#elements().then((data) => nested(data, this.shape, this.dtype) as T),
    );
  }

  /** The text that PyTorch would print, also written to the console. */
  print(): Promise<string> {
    const shown = async () => {
      const text = await this.text();
      console.log(text);
      return text;
    };
    return readBack('print', shown());
  }

  /** The text that PyTorch would print. */
  text(): Promise<string> {
    const gradient = { requiresGrad: this.leaf !== null, gradFn: this.gradFn };
    const asNow = asPrintedNow();
    return readBack(
      'text',
      this.#elements().then((data) => asNow(() => formatTensor(data, this.shape, this.dtype, gradient))),
    );
  }

  /** A short description; the numbers need `await tensor.print()`. */
  override toString(): string {
    return description(this);
  }

  /** Shape, dtype and device, and the values if they are on the host. */
  toJSON(): TensorJSON {
    return jsonOf(this);
  }

  /**
   * The description, for template texts.
   * @throws ArgumentError if a JavaScript operator is used on a tensor
   */
  [Symbol.toPrimitive](hint: 'string' | 'number' | 'default'): string {
    return hint === 'string' ? this.toString() : refuseOperators();
  }

  /**
   * A tensor has no elements by brackets, only by `x.at(0)`. The type is what errors in an editor quote.
   *
   * @deprecated Write `x.at(0)`.
   * @throws ArgumentError always
   */
  get 0(): 'write x.at(0)' {
    throw new ArgumentError('Tensor: expected x.at(0), but got x[0]');
  }

  /** @internal The text for consoles: the description, and the values if they are on the host. */
  inConsole(): string {
    return consoleText(this);
  }

  override [nodeInspect](): string {
    return this.inConsole();
  }

  override [denoInspect](): string {
    return this.inConsole();
  }
}
