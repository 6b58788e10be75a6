// Owns loading a state dict: every key and shape is checked before anything is written.

import { StateDictError } from '../core/errors';
import { byteLength, sameShape } from '../core/meta';
import { Printable } from '../core/printable';
import { flush } from '../graph/flush';
import { atTopLevel } from '../graph/roots';
import { noGrad } from '../storage/mode';
import { Tensor } from '../tensor/tensor';
import { isUninitialized } from './parameter';

/** Parameters and buffers by name. */
export type StateDict = Record<string, Tensor>;

/** Bytes of parameters on the device that are replaced at a time: until they are, the old ones stand beside the new. */
const PIECE = 2 ** 22;

/** What `loadStateDict` with `strict: false` left out. */
export class IncompatibleKeys extends Printable {
  constructor(
    readonly missingKeys: readonly string[],
    readonly unexpectedKeys: readonly string[],
  ) {
    super();
  }

  /** As PyTorch prints it: `<All keys matched successfully>`, or the keys. */
  override toString(): string {
    if (this.missingKeys.length === 0 && this.unexpectedKeys.length === 0) return '<All keys matched successfully>';
    const list = (keys: readonly string[]) => `[${keys.map((key) => `'${key}'`).join(', ')}]`;
    return `_IncompatibleKeys(missing_keys=${list(this.missingKeys)}, unexpected_keys=${list(this.unexpectedKeys)})`;
  }
}

/**
 * Copies `state` into `named`, the parameters and buffers of the module called `owner`. All or nothing. `optional` keys may be
 * missing: PyTorch's old checkpoints have no `num_batches_tracked`.
 */
export function loadInto(
  owner: string,
  named: readonly (readonly [string, Tensor])[],
  state: StateDict,
  { strict, optional }: { strict: boolean; optional: ReadonlySet<string> },
): IncompatibleKeys {
  const own = new Map(named);
  const missingKeys = [...own.keys()].filter((key) => !Object.hasOwn(state, key) && !optional.has(key));
  const unexpectedKeys = Object.keys(state).filter((key) => !own.has(key));
  const problems: string[] = [];
  if (strict && missingKeys.length > 0) problems.push(`Missing key(s) in state_dict: ${quoted(missingKeys)}. `);
  if (strict && unexpectedKeys.length > 0)
    problems.push(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}. `);
  const copies: [Tensor, Tensor][] = [];
  for (const [key, current] of own) {
    if (!Object.hasOwn(state, key)) continue;
    const loaded = state[key];
    const problem = mismatch(key, current, loaded);
    if (problem) problems.push(problem);
    else copies.push([current, loaded!]);
  }
  if (problems.length > 0) {
    throw new StateDictError(`Error(s) in loading state_dict for ${owner}:\n\t${problems.join('\n\t')}`);
  }
  // Reading every value first finds a tensor that was disposed while nothing has been overwritten.
  const sources = copies.map(([current, loaded]) => [current, Tensor.of(loaded.value)] as const);
  noGrad(() => {
    let replaced = 0;
    for (const [current, source] of sources) {
      if (isUninitialized(current)) current.materialize(source.shape);
      current.storage.isolate();
      if (current.storage.known === null) replaced += byteLength(source);
      current.copy_(source);
      if (replaced < PIECE || !atTopLevel()) continue;
      flush();
      replaced = 0;
    }
  });
  // They were never the user's, so nothing of them needs to be kept.
  for (const [, source] of sources) source.dispose();
  return new IncompatibleKeys(missingKeys, unexpectedKeys);
}

function mismatch(key: string, current: Tensor, loaded: unknown): string | null {
  if (!(loaded instanceof Tensor)) return `expected a tensor for ${key}, but got ${describe(loaded)}.`;
  if (isUninitialized(current) || sameShape(current.shape, loaded.shape)) return null;
  const size = (tensor: Tensor) => `torch.Size([${tensor.shape.join(', ')}])`;
  return `size mismatch for ${key}: copying a param with shape ${size(loaded)} from checkpoint, the shape in current model is ${size(current)}.`;
}

const describe = (value: unknown): string => (value === null ? 'null' : typeof value);

const quoted = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(', ');
