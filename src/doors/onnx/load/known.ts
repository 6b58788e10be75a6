// A value as it is known while a graph is loaded: by its numbers, as a weight, or by the slot that it will lie in.
import { type nn, Tensor } from '../../../torch';
import { fromHost } from '../../../torch/inside';
import type { NodeMessage } from '../proto/messages';
import { tensorOf } from './convert';
import type { HostArray } from './values';

/** A value that comes with each call. */
export class Slot {
  constructor(
    readonly index: number,
    /** Null where it is unknown. */
    readonly rank: number | null,
    /** The value whose shape this is; null where it is another. */
    readonly shapeOf: Slot | null = null,
  ) {}
}

/** How a weight is computed of others at each call, so that these are trained. */
export interface Derivation {
  readonly node: NodeMessage;
  readonly opset: number;
  readonly inputs: readonly (Known | null)[];
  readonly output: number;
}

/** Floats of the file that may be trained. */
export class Weight {
  /** Set once a module has it. */
  parameter: nn.Parameter | null = null;
  /** Where it is registered by itself, for operators that read it: the slot that it is loaded to. */
  slot: Slot | null = null;
  #tensor: Tensor | null = null;
  #transposed: Weight | null = null;
  /** By the paths of modules: the weight that each has. */
  readonly #places = new Map<string, Weight>();

  constructor(
    /** Its name in the file; a transposed one has that of its source. */
    readonly name: string,
    /** Its numbers, where they are on the host. */
    readonly host: HostArray | null,
    tensor: Tensor | null = null,
    readonly derivation: Derivation | null = null,
    /** It stands in a node rather than among the initializers: it is trained only as the weight of a layer. */
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

  /** This matrix with its dimensions swapped; twice is itself. */
  get transposed(): Weight {
    if (!this.#transposed) {
      this.#transposed = new Weight(this.name, null, this.tensor.t().contiguous(), null, this.isConstant);
      this.#transposed.#transposed = this;
    }
    return this.#transposed;
  }

  /**
   * The weight of the module at `place`. Exporters store equal ones once, such as the ones and zeros that norms start with: a vector of one number
   * is another weight in each module.
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

  /** Notes that `other` holds the same matrix with its dimensions swapped. */
  isTransposeOf(other: Weight): this {
    this.#transposed = other;
    return this;
  }
}

const isEven = (numbers: ArrayLike<number>): boolean => {
  for (let i = 1; i < numbers.length; i++) if (numbers[i] !== numbers[0]) return false;
  return true;
};

/** Floats on the host as a tensor that shares their memory where it can. */
function uploaded(host: HostArray): Tensor {
  const { data, shape, dtype } = host;
  return data instanceof Float32Array ? Tensor.of(fromHost(data, shape, dtype)) : tensorOf(host);
}

/** A value as far as it is known. */
export type Known = Slot | Weight | HostArray;

/** Values by name, those of a graph within the names of the one around it. */
export class Scope {
  /** Null stands for an input that the call of a function leaves out. */
  readonly #known = new Map<string, Known | null>();

  constructor(readonly parent: Scope | null = null) {}

  /** Undefined where there is no such name. */
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
