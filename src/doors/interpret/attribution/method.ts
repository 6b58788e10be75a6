// The definition of an attribution method: one function of a call, of the values to attribute to, and of options. The
// classes for inputs, layers and neurons supply the call and those values.
import type { Tensor } from '../../../torch';
import {
  type Arguments,
  type Interceptor,
  intercepted,
  type Module,
  parseArgs,
  type kinds as torchKinds,
} from '../../../torch/inside';
import type { Compared, Listed } from './arguments';
import { asLeaves, gradientsOf } from './gradients';
import { type Call, called, chosen, type Forward, type ForwardFunction, forwardKinds, networkKinds } from './model';
import { expectOneEach } from './target';

/** Lists of tensors: one list for the inputs, or one list per layer. */
export type Places = readonly (readonly Tensor[])[];

/** The values that a method attributes to: the inputs, or the inputs or outputs of layers. */
export interface From {
  /**
   * Runs a model on inputs, and returns its result with the values; gradients with respect to the values can be taken,
   * unless the grad mode is off.
   */
  seen<T>(inputs: readonly Tensor[], run: (inputs: readonly Tensor[]) => T): readonly [result: T, values: Places];
  /** Returns a call that takes the values as its inputs, with the values for the given inputs and for the baselines. */
  between(call: Call, given: Compared): Between;
}

export interface Between extends Pick<Compared, 'inputs' | 'baselines'> {
  readonly call: Call;
  /** The layout of `Places`, by which `apart` splits a flat list: as many lists, of the same lengths. */
  readonly places: readonly (readonly unknown[])[];
}

/** Attributes to the inputs themselves. */
export const fromInputs: From = {
  seen(inputs, run) {
    const leaves = asLeaves(inputs);
    return [run(leaves), [leaves]];
  },
  between: (call, { inputs, baselines }) => ({ call, inputs, baselines, places: [inputs] }),
};

/** The arguments from which a method computes. O are the options of `attribute`, S those of the constructor. */
export interface Asked<O = object, S = object> {
  /** The function to explain: an output of the model, or a neuron. */
  readonly call: Call;
  readonly from: From;
  readonly listed: Listed;
  readonly options: Required<O>;
  readonly settings: Required<S>;
}

/** The result of a method. */
export interface Found {
  readonly attributions: Places;
  /** Σ attributions − (f(x) − f(baseline)) for every example; a list of such tensors if each layer has its own. */
  delta?(): Tensor | readonly Tensor[];
}

/** A method's function, and the options of its class. */
export interface Definition {
  /** Defaults of the constructor's options. */
  readonly made?: object;
  /** Defaults of the options of `attribute`, in their order. */
  readonly takes: object;
  /** The required options of `attribute`, which come first. */
  readonly required?: readonly string[];
  /** The types that options of `attribute` must have. */
  readonly kinds?: torchKinds.Kinds<Record<string, unknown>>;
  /**
   * Whether the method needs the modules of a network, so that the constructor's first argument is `model`. Default:
   * false, any function will do.
   */
  readonly ofNetwork?: boolean;
  /** Whether attributions are always multiplied by inputs. Default: as the constructor's `multiplyByInputs` says. */
  readonly multiplies?: boolean;
  /** Whether the inputs must be floating-point even if the method attributes to a layer. */
  readonly floats?: boolean;
  /** Whether gradients are recorded; default true. */
  readonly gradients?: boolean;
  /** Checks the constructor's options, and returns the settings that `rules` and `find` are given. */
  settled?(op: string, model: Module, made: never): object;
  /** The interceptors that replace calls of modules while the model runs. */
  rules?(op: string, model: Module, settings: never, options: never): ReadonlyMap<object, Interceptor>;
  find(asked: never): Found;
}

/** Whether an attribution is multiplied by the difference of the input from its baseline. */
export interface MultiplyByInputs {
  /** Return how much the inputs add to the output, rather than how sensitive the output is to them; default true. */
  multiplyByInputs?: boolean;
}

export const multiplied = { multiplyByInputs: true };

/** The arguments of constructors that take only the function to explain. */
export type OfForward = readonly [forwardFunc: ForwardFunction] | readonly [options: Forward];
export type OfMultiplying =
  | readonly [forwardFunc: ForwardFunction, ...settings: Arguments<MultiplyByInputs, ['multiplyByInputs']>]
  | readonly [options: Forward & MultiplyByInputs];

/** The arguments of a constructor, read. */
export interface Made {
  readonly forwardFunc: ForwardFunction;
  readonly layer: never;
  readonly settings: object;
}

/** Reads the arguments of a method's constructor; `names` lists further required ones, such as 'layer'. */
export function madeWith(
  op: string,
  { made = {}, ofNetwork = false, settled }: Definition,
  args: readonly unknown[],
  ...names: readonly 'layer'[]
): Made {
  const first = ofNetwork ? 'model' : 'forwardFunc';
  const kinds: torchKinds.Kinds<Record<string, unknown>> = ofNetwork ? networkKinds : forwardKinds;
  const required = [first, ...names] as readonly string[] as readonly never[];
  const parsed = parseArgs<Record<string, unknown>>(op, required, { ...made }, args, kinds);
  const { [first]: forwardFunc, layer, ...settings } = parsed;
  return {
    forwardFunc: forwardFunc as ForwardFunction,
    layer: layer as never,
    settings: settled?.(op, forwardFunc as Module, settings as never) ?? settings,
  };
}

/** The call, with the interceptors active while it runs. */
export const ruled = (call: Call, rules: ReadonlyMap<object, Interceptor> | undefined): Call =>
  rules === undefined
    ? call
    : {
        ...call,
        forward: (...args: readonly unknown[]) => intercepted(rules, () => called({ forward: call.forward, args }, [])),
      };

/** The gradient of the chosen output with respect to the values attributed to, and those values. */
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

/** Splits a flat list into lists of the same lengths as those of `places`. */
export function apart<T>(all: readonly T[], places: readonly (readonly unknown[])[]): T[][] {
  const left = [...all];
  return places.map(({ length }) => left.splice(0, length));
}
