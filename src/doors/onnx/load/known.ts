// What the loader knows of a value of the graph: its numbers, or the weight that it is, or else the slot that will
// hold the value in each call.
import { type nn, Tensor } from '../../../torch';
import { fromHost } from '../../../torch/inside';
import type { NodeMessage } from '../proto/messages';
import { tensorOf } from './convert';
import type { HostArray } from './values';

/** A value that is computed or given in each call. */
export class Slot {
  constructor(
    readonly index: number,
    /** Null if unknown. */
    readonly rank: number | null,
    /** If this value is the shape of another value, that value; else null. */
    readonly shapeOf: Slot | null = null,
  ) {}
}

/** How a weight is computed from others at each call, so that those are trained. */
export interface Derivation {
  readonly node: NodeMessage;
  readonly opset: number;
  readonly inputs: readonly (Known | null)[];
  readonly output: number;
}

/** Floats of the file that can be trained. */
export class Weight {
  /** Null until a module uses the weight. */
  parameter: nn.Parameter | null = null;
  /** The slot that the weight is loaded to, if it is registered by itself because an operator reads it. */
  slot: Slot | null = null;
  #tensor: Tensor | null = null;
  #transposed: Weight | null = null;
  /** Copies of this weight by the path of the module that uses each. */
  readonly #places = new Map<string, Weight>();

  constructor(
    /** Its name in the file. A transposed weight has the name of its source. */
    readonly name: string,
    /** Its numbers, if they are on the host. */
    readonly host: HostArray | null,
    tensor: Tensor | null = null,
    readonly derivation: Derivation | null = null,
    /** The weight comes from a node rather than an initializer; it is trained only as the weight of a layer. */
    readonly isConstant = false,
  ) {
    this.#tensor = tensor;
  }

  get shape(): readonly number[] {
    return (this.host ?? this.tensor).shape;
  }

  get tensor(): Tensor {
    this.#tensor ??= uploaded(this.host!);
    return this.#tensor;
  }

  /** This matrix transposed. Transposing twice gives this same weight. */
  get transposed(): Weight {
    if (!this.#transposed) {
      this.#transposed = new Weight(this.name, null, this.tensor.t().contiguous(), null, this.isConstant);
      this.#transposed.#transposed = this;
    }
    return this.#transposed;
  }

  /**
   * The weight of the module at `place`. Exporters store equal weights once, such as the ones and zeros that norms
   * start with. So a vector whose numbers are all equal becomes a separate weight in each module.
   */
  at(place: string): Weight {
    const { host } = this;
    if (host?.shape.length !== 1 || !isEven(host.data)) return this;
    if (!this.#places.has(place)) {
      const own = this.#places.size === 0 ? this : new Weight(`${place}.${this.name.split('.').at(-1)}`, host);
      this.#places.set(place, own);
    }
    return this.#places.get(place)!;
  }

  /** The same numbers in another shape, as a weight of its own. */
  reshaped(shape: readonly number[]): Weight {
    return new Weight(this.name, null, this.tensor.reshape([...shape]), null, this.isConstant);
  }

  /** Notes that `other` is this matrix transposed. */
  isTransposeOf(other: Weight): this {
    this.#transposed = other;
    return this;
  }
}

const isEven = (numbers: ArrayLike<number>): boolean => {
  for (let i = 1; i < numbers.length; i++) if (numbers[i] !== numbers[0]) return false;
  return true;
};

/** Floats on the host as a tensor, which shares their memory if possible. */
function uploaded(host: HostArray): Tensor {
  const { data, shape, dtype } = host;
  return data instanceof Float32Array ? Tensor.of(fromHost(data, shape, dtype)) : tensorOf(host);
}

/** A value, as much as is known of it. */
export type Known = Slot | Weight | HostArray;

/** Values by name. The scope of a nested graph falls back to the one around it. */
export class Scope {
  /** Null stands for an input that a function call leaves out. */
  readonly #known = new Map<string, Known | null>();

  constructor(readonly parent: Scope | null = null) {}

  /** Undefined if there is no such name. */
  get(name: string): Known | null | undefined {
    const own = this.#known.get(name);
    return own === undefined ? this.parent?.get(name) : own;
  }

  /** Whether this scope itself has the name. */
  has(name: string): boolean {
    return this.#known.has(name);
  }

  set(name: string, value: Known | null): void {
    this.#known.set(name, value);
  }
}
