// The base classes of attribution methods: they hold the function to explain, and compute convergence deltas.

import { ShapeError, type Tensor } from '../../../torch';
import {
  type Arguments,
  closeInherited,
  closeMethods,
  type Interceptor,
  type Module,
  parseArgs,
  showShape,
} from '../../../torch/inside';
import {
  asTensors,
  type Baselines,
  type Compared,
  compared,
  type Inputs,
  type Listed,
  likeInputs,
  listArguments,
  listInputs,
} from './arguments';
import type { Definition, From, Places } from './method';
import { type Call, chosen, explaining, type Forward, type ForwardFunction, forwardKinds } from './model';
import { type Target, TargetRows } from './target';

/** The options of every attribution method. */
export interface AttributionOptions {
  /** The element of the output to explain. Needed unless the output has one element per example. */
  target?: Target;
  /** One further argument of the model after the inputs, or a list of them; tensors have one row per example. */
  additionalForwardArgs?: unknown;
}

/** Options of `computeConvergenceDelta`. */
export interface ConvergenceArguments extends AttributionOptions {
  /** An attribution for each element of the input. */
  attributions: Inputs;
  /** Where the path of the explained attributions begins: the baselines. */
  startPoint: Baselines;
  /** Where the path of the explained attributions ends: the inputs. */
  endPoint: Inputs;
}

/** The name of a method's class, for error messages. */
export const opOf = ({ name }: { readonly name: string }): string => name || 'Attribution';

/** An attribution method for a model. */
export abstract class Attribution {
  readonly forwardFunc: ForwardFunction;

  static {
    closeMethods(Attribution, ['getName']);
  }

  /** @throws ArgumentError unless `forwardFunc` is a module or a function */
  constructor(...args: Arguments<Forward, ['forwardFunc']>) {
    this.forwardFunc = parseArgs<Forward>(this.op, ['forwardFunc'], {}, args, forwardKinds).forwardFunc;
    closeInherited(Object.getPrototypeOf(this) as object, Object.prototype, ['hasConvergenceDelta']);
  }

  /** The method's name, for error messages. */
  protected get op(): string {
    return opOf(this.constructor);
  }

  /**
   * Whether attributions are multiplied by the inputs (or by their difference from the baselines), so that they are
   * shares of the output.
   */
  get multipliesByInputs(): boolean {
    return false;
  }

  /** Whether `attribute` takes `returnConvergenceDelta`. */
  hasConvergenceDelta(): boolean {
    return false;
  }

  /** The class name as words: 'Integrated Gradients'. */
  static getName(): string {
    // biome-ignore lint/complexity/noThisInStatic: the name is that of the subclass.
    return this.name.replace(/(?!^)([A-Z])/g, ' $1');
  }

  protected call(target: unknown, additionalForwardArgs: unknown): Call {
    const { op } = this;
    return {
      op,
      forward: this.forwardFunc,
      args: listArguments(additionalForwardArgs),
      target: TargetRows.of(op, target),
    };
  }
}

/** The options of `attribute` that the base classes read. */
export interface AskedOptions {
  readonly inputs: Inputs;
  readonly target?: unknown;
  readonly additionalForwardArgs?: unknown;
  readonly attributeToLayerInput?: boolean;
  readonly attributeToNeuronInput?: boolean;
  readonly neuronSelector?: unknown;
  readonly returnConvergenceDelta?: boolean;
}

/** The base class of methods that take gradients. */
export abstract class GradientAttribution extends Attribution {
  /** The constructor's options, besides the model and the layer. */
  protected settings: { readonly multiplyByInputs?: boolean } = {};

  /** The function and the options of a method; each method of the library overrides this. */
  protected get definition(): Definition {
    return { takes: {}, find: () => ({ attributions: [] }) };
  }

  override get multipliesByInputs(): boolean {
    return this.settings.multiplyByInputs ?? this.definition.multiplies === true;
  }

  override hasConvergenceDelta(): boolean {
    return 'returnConvergenceDelta' in this.definition.takes;
  }

  /** Keeps the constructor's options. */
  protected settle(settings: object): void {
    this.settings = settings;
    if (this.definition.ofNetwork) Object.assign(this, { model: this.forwardFunc });
  }

  /** Reads the arguments of `attribute`. */
  protected asked(args: readonly unknown[], required: readonly string[]): AskedOptions {
    const { takes, required: own = [], kinds } = this.definition;
    return parseArgs<AskedOptions>(this.op, [...required, ...own] as never[], takes as never, args, kinds);
  }

  /**
   * Runs the method, and returns its attributions in the form that `formed` makes, paired with the delta if
   * `returnConvergenceDelta` is set.
   */
  protected found(
    call: Call,
    from: From,
    listed: Listed,
    options: AskedOptions,
    formed: (attributions: Places) => unknown,
    deltas: (delta: Tensor | readonly Tensor[]) => unknown = (delta) => delta,
  ): unknown {
    const { definition, settings } = this;
    return explaining(this.forwardFunc, definition.gradients !== false, () => {
      const { attributions, delta } = definition.find({ call, from, listed, options, settings } as never);
      const result = formed(attributions);
      return options.returnConvergenceDelta ? [result, deltas(delta!())] : result;
    });
  }

  /** The interceptors that replace calls of the model's modules while the method runs. */
  protected rules(options: AskedOptions): ReadonlyMap<object, Interceptor> | undefined {
    const { op, definition, forwardFunc, settings } = this;
    return definition.rules?.(op, forwardFunc as Module, settings as never, options as never);
  }

  /**
   * Σ attributions − (f(endPoint) − f(startPoint)) for every example, [N]: 0 if the attributions add up to the
   * difference.
   */
  computeConvergenceDelta(
    ...args: Arguments<
      ConvergenceArguments,
      ['attributions', 'startPoint', 'endPoint', 'target', 'additionalForwardArgs']
    >
  ): Tensor {
    const o = parseArgs<ConvergenceArguments>(
      'computeConvergenceDelta',
      ['attributions', 'startPoint', 'endPoint'],
      { target: null, additionalForwardArgs: null },
      args,
    );
    return explaining(this.forwardFunc, false, () => {
      const { inputs, baselines } = compared(this.op, listInputs(this.op, o.endPoint), o.startPoint);
      const { inputs: attributions } = listInputs(this.op, o.attributions);
      const call = this.call(o.target, o.additionalForwardArgs);
      return convergenceDelta(call, attributions, asTensors(baselines, inputs), inputs);
    });
  }
}

/** The base class of methods that change inputs and observe the change of the output. */
export abstract class PerturbationAttribution extends Attribution {
  /** A brand for the type checker: tells these methods, which return promises, from those that do not. */
  declare protected readonly gives: 'promises';

  override get multipliesByInputs(): boolean {
    return true;
  }
}

/** Sums over all dimensions except the first: [N]. */
export const sumRows = (x: Tensor): Tensor => x.reshape([x.shape[0]!, -1]).sum(1);

/** The attributions in the form of the inputs, paired with their delta if `returnConvergenceDelta` is set. */
export function withDelta(
  call: Call,
  given: Compared,
  attributions: readonly Tensor[],
  { returnConvergenceDelta }: { readonly returnConvergenceDelta?: boolean },
): unknown {
  const formed = likeInputs(given, attributions);
  if (!returnConvergenceDelta) return formed;
  const { inputs, baselines } = given;
  return [formed, convergenceDelta(call, attributions, asTensors(baselines, inputs), inputs).detach()];
}

/** Σ attributions − (f(end) − f(start)) for every example. */
export function convergenceDelta(
  call: Call,
  attributions: readonly Tensor[],
  start: readonly Tensor[],
  end: readonly Tensor[],
): Tensor {
  attributions.forEach((attribution, i) => {
    if (attribution.shape[0] === end[i]?.shape[0]) return;
    throw new ShapeError(
      `${call.op}: expected attributions of as many examples as the end point, ${end[i]?.shape[0]}, but got shape ${showShape(attribution.shape)}`,
    );
  });
  const difference = sumRows(chosen(call, end)).sub(sumRows(chosen(call, start)));
  return attributions
    .map(sumRows)
    .reduce((a, b) => a.add(b))
    .sub(difference);
}
