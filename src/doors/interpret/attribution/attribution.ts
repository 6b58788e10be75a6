// The bases of attribution methods: the function they explain, and how far their results add up.

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

/** What every attribution method takes. */
export interface AttributionOptions {
  /** The element of the output that is explained; default: the output has one an example. */
  target?: Target;
  /** One argument of the model behind the inputs, or a list of them; those that are tensors have a row an example. */
  additionalForwardArgs?: unknown;
}

/** Options of `computeConvergenceDelta`. */
export interface ConvergenceArguments extends AttributionOptions {
  attributions: Inputs;
  startPoint: Baselines;
  endPoint: Inputs;
}

/** The name of a method's class in errors. */
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

  /** The method's name in errors. */
  protected get op(): string {
    return opOf(this.constructor);
  }

  /** Whether attributions are gradients, or the like, times inputs, so that they are parts of the output. */
  get multipliesByInputs(): boolean {
    return false;
  }

  /** Whether `attribute` takes `returnConvergenceDelta`. */
  hasConvergenceDelta(): boolean {
    return false;
  }

  /** The name in words: 'Integrated Gradients'. */
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

/** Options of `attribute` as the library's own methods read them. */
export interface AskedOptions {
  readonly inputs: Inputs;
  readonly target?: unknown;
  readonly additionalForwardArgs?: unknown;
  readonly attributeToLayerInput?: boolean;
  readonly attributeToNeuronInput?: boolean;
  readonly neuronSelector?: unknown;
  readonly returnConvergenceDelta?: boolean;
}

/** A method that takes gradients. */
export abstract class GradientAttribution extends Attribution {
  /** What the constructor was given beside the model and a layer. */
  protected settings: { readonly multiplyByInputs?: boolean } = {};

  /** The library's own methods give their function and their options here. */
  protected get definition(): Definition {
    return { takes: {}, find: () => ({ attributions: [] }) };
  }

  override get multipliesByInputs(): boolean {
    return this.settings.multiplyByInputs ?? this.definition.multiplies === true;
  }

  override hasConvergenceDelta(): boolean {
    return 'returnConvergenceDelta' in this.definition.takes;
  }

  /** Keeps what a constructor was given. */
  protected settle(settings: object): void {
    this.settings = settings;
    if (this.definition.ofNetwork) Object.assign(this, { model: this.forwardFunc });
  }

  /** Reads the arguments of `attribute`. */
  protected asked(args: readonly unknown[], required: readonly string[]): AskedOptions {
    const { takes, required: further = [], kinds } = this.definition;
    return parseArgs<AskedOptions>(this.op, [...required, ...further] as never[], takes as never, args, kinds);
  }

  /** What the method finds, as `formed` puts it, and its delta where that is asked for. */
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

  /** The stand-ins of the model's modules while it is explained. */
  protected rules(options: AskedOptions): ReadonlyMap<object, Interceptor> | undefined {
    const { op, definition, forwardFunc, settings } = this;
    return definition.rules?.(op, forwardFunc as Module, settings as never, options as never);
  }

  /**
   * Σ attributions − (f(endPoint) − f(startPoint)) for every example, [N]: 0 where the attributions add up to the difference.
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

/** A method that changes inputs and looks what becomes of the output. */
export abstract class PerturbationAttribution extends Attribution {
  /** Told apart by types from methods that give no promise. */
  declare protected readonly gives: 'promises';

  override get multipliesByInputs(): boolean {
    return true;
  }
}

/** The sum of everything behind dimension 0. */
export const sumRows = (x: Tensor): Tensor => x.reshape([x.shape[0]!, -1]).sum(1);

/** Attributions in the form of the inputs, and where it is asked for their delta beside them. */
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
