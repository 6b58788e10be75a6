// Reads trained weights for a network from any source, and explains why weights of another network do not fit.
import { ArgumentError, type ByteSource, hub, load, type nn, StateDictError, Tensor } from '../../../torch';
import { isPlainObject, kindOf, type Module } from '../../../torch/inside';
import type * as table from './weights/table';
import { Weights, type WeightsEnumeration } from './weights/weights';

/**
 * Trained weights: a member of torchvision's enumeration or its name (`'IMAGENET1K_V1'`, `'DEFAULT'`,
 * `'ResNet18_Weights.IMAGENET1K_V1'`), an address, a path, a `File` or bytes of a file that PyTorch or `torch.save`
 * wrote, or a state dict.
 */
export type WeightsSource = Weights | ByteSource | nn.StateDict;

/** The names of trained weights in torchvision's enumerations. */
type TrainedName = {
  [E in keyof typeof table]: Exclude<keyof (typeof table)[E], keyof WeightsEnumeration>;
}[keyof typeof table];

/** Weights with names that editors complete. */
export type CompletedWeights = TrainedName | Exclude<WeightsSource, string>;

/** Weights that may be any text, too. */
export type GivenWeights = CompletedWeights | (string & Record<never, never>);

/**
 * Accepts weights W, except a literal text that is neither a name of torchvision's nor (by its dot or slash) an address
 * or path, such as the typo 'DEFAUL'.
 */
export type Spelled<W> = W extends string
  ? string extends W
    ? W
    : W extends TrainedName | `${string}_Weights.${TrainedName}`
      ? W
      : W extends `${string}_Weights.${string}`
        ? never
        : W extends `${string}/${string}` | `${string}.${string}`
          ? W
          : never
  : W;

export type Progress = hub.HubOptions['progress'];

/** Weights after reading. */
export interface Loaded {
  readonly state: nn.StateDict;
  /** The weights as a member of an enumeration; null if they were given otherwise. */
  readonly weights: Weights | null;
  /** How the weights were given, for error messages. */
  readonly label: string;
}

/** Names of members of enumerations; no address looks like this: `DEFAULT`, `VGG16_Weights.IMAGENET1K_FEATURES`. */
const MEMBER = /^(\w+_Weights\.)?[A-Z][A-Z\d_]*$/;

/** At least eight digits of a checksum in a file's name, as in `resnet18-f37072fd.pth`. */
const HASHED = /-[\da-f]{8,}\./;

/**
 * The member of the enumeration, given itself or by name; null for weights that are given otherwise.
 *
 * @throws ArgumentError if the member belongs to another enumeration, or if the network has no enumeration
 */
export function memberOf(name: string, given: unknown, known: WeightsEnumeration | null): Weights | null {
  const isMember = given instanceof Weights || (typeof given === 'string' && MEMBER.test(given));
  if (!isMember) return null;
  if (!known) {
    throw new ArgumentError(
      `${name}: expected a file of weights or a state dict, but got ${given}; torchvision has none`,
    );
  }
  return known.verify(given);
}

/** Reads weights; `renamed` maps keys of older files to the network's keys. */
export async function readWeights(
  name: string,
  given: WeightsSource,
  { weights, progress, renamed }: { weights: Weights | null; progress: Progress; renamed?: (key: string) => string },
): Promise<Loaded> {
  const state = await contents(weights ?? given, progress);
  const label = weights ? String(weights) : labelOf(given);
  if (!isPlainObject(state)) {
    throw new ArgumentError(`${name}: expected weights that hold a state dict, but ${label} is ${kindOf(state)}`);
  }
  const [wrong] = Object.entries(state).filter(([, value]) => !(value instanceof Tensor));
  if (wrong) {
    throw new ArgumentError(
      `${name}: expected weights that hold tensors by name, but ${wrong[0]} is ${kindOf(wrong[1])}; pass the state dict inside, such as checkpoint.model`,
    );
  }
  const entries = Object.entries(state as nn.StateDict);
  const own = ([key, value]: [string, Tensor]): [string, Tensor] => [renamed ? renamed(key) : key, value];
  return { state: Object.fromEntries(entries.map(own)), weights, label };
}

async function contents(given: WeightsSource, progress: Progress): Promise<unknown> {
  if (given instanceof Weights) return given.getStateDict({ progress, checkHash: true });
  if (isPlainObject(given)) return given;
  if (isAddress(given)) return hub.loadStateDictFromUrl(given, { progress, checkHash: HASHED.test(String(given)) });
  return load<unknown>(given as ByteSource);
}

/** Addresses of servers. Files beside the page or on this machine are always read anew. */
const isAddress = (given: unknown): given is string | URL =>
  (typeof given === 'string' || given instanceof URL) && /^https?:/i.test(String(given));

const labelOf = (given: WeightsSource): string => {
  if (typeof given === 'string' || given instanceof URL) return `'${given}'`;
  if (typeof File !== 'undefined' && given instanceof File) return `'${given.name}'`;
  return isPlainObject(given) ? 'the state dict' : 'the file';
};

/**
 * Loads weights into a network.
 *
 * @throws StateDictError with the first keys or sizes that differ
 */
export function giveWeights(name: string, model: Module, { state, label }: Loaded): void {
  try {
    model.loadStateDict(state);
  } catch (error) {
    if (!(error instanceof StateDictError)) throw error;
    const own = new Set(Object.keys(model.stateDict()));
    const missing = [...own].filter((key) => !Object.hasOwn(state, key) && !key.endsWith('num_batches_tracked'));
    const unexpected = Object.keys(state).filter((key) => !own.has(key));
    if (missing.length === 0 && unexpected.length === 0) {
      throw new StateDictError(`${name}: ${label} does not fit. ${error.message}`, { cause: error });
    }
    const parts = [
      ...(missing.length > 0 ? [`lacks ${first(missing)}`] : []),
      ...(unexpected.length > 0 ? [`has ${first(unexpected)} that ${name} has not`] : []),
    ];
    throw new StateDictError(
      `${name}: expected weights of ${name}, but ${label} ${parts.join(' and ')}; is it the file of another network, or one with other options?`,
      { cause: error },
    );
  }
}

/** Most keys that an error lists. */
const SHOWN = 3;

const first = (keys: readonly string[]): string =>
  keys.slice(0, SHOWN).join(', ') + (keys.length > SHOWN ? ` and ${keys.length - SHOWN} more` : '');
