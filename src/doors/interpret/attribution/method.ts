// What an attribution method is: one function of a call, of the values that it explains by, and of options. The classes for inputs, layers and
// neurons say what is called and where those values are.
import type { Tensor } from '../../../torch';
import {
  type Arguments,
  type Interceptor,
  intercepted,
  type Kinds,
  type Module,
  parseArgs,
} from '../../../torch/inside';
import type { Compared, Listed } from './arguments';
import { asLeaves, gradientsOf } from './gradients';
import { type Call, called, chosen, type Forward, type ForwardFunction, forwardKinds, networkKinds } from './model';
import { expectOneEach } from './target';

/** Tensors by the places at which they are: one list for the inputs, or one a layer. */
export type Places = readonly (readonly Tensor[])[];

/** The values that a method explains by: inputs, or what layers get or give. */
export interface From {
  /** Runs a model for inputs, and gives with its result the values, by which gradients can be taken unless the mode forbids it. */
  seen<T>(inputs: readonly Tensor[], run: (inputs: readonly Tensor[]) => T): readonly [result: T, values: Places];
  /** A call that takes the values as its inputs, and their values for the inputs and for their baselines. */
  between(call: Call, given: Compared): Between;
}

export interface Between extends Pick<Compared, 'inputs' | 'baselines'> {
  readonly call: Call;
  /** As many lists as there are places, of as many tensors. */
  readonly places: readonly (readonly unknown[])[];
}

/** The inputs themselves. */
export const fromInputs: From = {
  seen(inputs, run) {
    const leaves = asLeaves(inputs);
    return [run(leaves), [leaves]];
  },
  between: (call, { inputs, baselines }) => ({ call, inputs, baselines, places: [inputs] }),
};

/** What a method is asked: O are the options of `attribute`, S those of the constructor. */
export interface Asked<O = object, S = object> {
  /** The function to explain: an output of the model, or a neuron. */
  readonly call: Call;
  readonly from: From;
  readonly listed: Listed;
  readonly options: Required<O>;
  readonly settings: Required<S>;
}

/** What a method finds. */
export interface Found {
  readonly attributions: Places;
  /** Σ attributions − (f(x) − f(baseline)) for every example, or one such tensor a place. */
  delta?(): Tensor | readonly Tensor[];
}

/** A method, and what its class takes by name. */
export interface Definition {
  /** Defaults of the constructor's options. */
  readonly made?: object;
  /** Defaults of the options of `attribute`, in their order. */
  readonly takes: object;
  /** Options of `attribute` that have no default, and come first. */
  readonly required?: readonly string[];
  /** What options of `attribute` have to be. */
  readonly kinds?: Kinds<Record<string, unknown>>;
  /** Whether it looks at the modules of a network, which then is `model`; by default a function will do. */
  readonly ofNetwork?: boolean;
  /** Whether it always multiplies; by default as its constructor was told. */
  readonly multiplies?: boolean;
  /** Whether inputs have to be floats though a layer is looked at. */
  readonly floats?: boolean;
  /** Whether gradients are recorded; default true. */
  readonly gradients?: boolean;
  /** The part of the constructor's options that is kept; they are checked here. */
  settled?(op: string, model: Module, made: never): object;
  /** The stand-ins of modules while the model runs. */
  rules?(op: string, model: Module, settings: never, options: never): ReadonlyMap<object, Interceptor>;
  find(asked: never): Found;
}

/** Whether an attribution is multiplied by what the input is apart from its baseline. */
export interface MultiplyByInputs {
  /** Give what inputs add to the output, rather than how it reacts to them; default true. */
  multiplyByInputs?: boolean;
}

export const multiplied = { multiplyByInputs: true };

/** Arguments of constructors. */
export type OfForward = readonly [forwardFunc: ForwardFunction] | readonly [options: Forward];
export type OfMultiplying =
  | readonly [forwardFunc: ForwardFunction, ...settings: Arguments<MultiplyByInputs, ['multiplyByInputs']>]
  | readonly [options: Forward & MultiplyByInputs];

/** What a constructor was given. */
export interface Made {
  readonly forwardFunc: ForwardFunction;
  readonly layer: never;
  readonly settings: object;
}

/** Reads the arguments of the constructor of a method, for a layer where `names` says so. */
export function madeWith(
  op: string,
  { made = {}, ofNetwork = false, settled }: Definition,
  args: readonly unknown[],
  ...names: readonly 'layer'[]
): Made {
  const first = ofNetwork ? 'model' : 'forwardFunc';
  const kinds: Kinds<Record<string, unknown>> = ofNetwork ? networkKinds : forwardKinds;
  const required = [first, ...names] as readonly string[] as readonly never[];
  const parsed = parseArgs<Record<string, unknown>>(op, required, { ...made }, args, kinds);
  const { [first]: forwardFunc, layer, ...settings } = parsed;
  return {
    forwardFunc: forwardFunc as ForwardFunction,
    layer: layer as never,
    settings: settled?.(op, forwardFunc as Module, settings as never) ?? settings,
  };
}

/** A call during which rules hold. */
export const ruled = (call: Call, rules: ReadonlyMap<object, Interceptor> | undefined): Call =>
  rules === undefined
    ? call
    : {
        ...call,
        forward: (...args: readonly unknown[]) => intercepted(rules, () => called({ forward: call.forward, args }, [])),
      };

/** The gradient of the chosen output by the values explained, and those values. */
export function gradientsAt(
  { call, from }: Pick<Asked, 'call' | 'from'>,
  inputs: readonly Tensor[],
): { readonly gradients: Tensor[][]; readonly values: Tensor[][] } {
  const [outputs, seen] = from.seen(inputs, (given) => chosen(call, given));
  expectOneEach(call.op, outputs);
  return {
    gradients: apart(gradientsOf(outputs, seen.flat()), seen),
    values: seen.map((tensors) => tensors.map((x) => x.detach())),
  };
}

/** Lists of as many as there are in each place. */
export function apart<T>(all: readonly T[], places: readonly (readonly unknown[])[]): T[][] {
  const left = [...all];
  return places.map(({ length }) => left.splice(0, length));
}
