// What a hand-written computation is: buffers, and the passes over them.

export interface Pass {
  /** A module whose entry point is `main`, unless another is named. */
  readonly source: string;
  readonly entry?: string;
  /** Values of the module's overrides. */
  readonly constants?: Record<string, number>;
  /** Names of the buffers at bindings 0, 1, … */
  readonly buffers: readonly string[];
  readonly workgroups: readonly [number, number?, number?];
}

export interface Program {
  /** Names of the row's inputs, in its order. */
  readonly inputs: readonly string[];
  /** Elements of the other buffers, which hold zeros at first. */
  readonly scratch: Record<string, number>;
  readonly passes: readonly Pass[];
  /** The buffer whose last element a step reads back. */
  readonly read: string;
  /** The buffer of each of the row's outputs. */
  readonly outputs: Record<string, string>;
}
