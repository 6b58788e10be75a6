// The rules by which LRP passes relevance back through layers, and the choice of a rule for each layer.

import { ArgumentError, nn, noGrad, ShapeError, Tensor, where } from '../../../torch';
import {
  type Arguments,
  type Interceptor,
  kindOf,
  Module,
  parseArgs,
  shown,
  showShape,
  tensorKind as tensor,
} from '../../../torch/inside';
import { type Passage, ruling } from './rules';

declare module '../../../torch/nn/module/module' {
  interface Module {
    /** The rule by which `LRP` passes relevance back through the module. Default: the rule of its class. */
    rule?: PropagationRule | null;
  }
}

/**
 * The rule by which a layer y = f(x) passes the relevance of its outputs back to its inputs:
 *
 *     R_x = x ⊙ f'ᵀ(R_y / (y ± ε)), where ε has the sign of y
 *
 * For linear layers, each input gets its share of each output (the z-rule). Subclasses choose ε, or other parameters
 * for the layer.
 */
export abstract class PropagationRule {
  /** ε */
  readonly stabilityFactor: number = 1e-9;

  constructor(...none: []) {
    parseArgs(this.constructor.name, [], {}, none);
  }

  /** Parameters, by name, that replace the layer's own while relevance is passed back. */
  manipulated(_module: Module): Readonly<Record<string, Tensor>> {
    return {};
  }

  /**
   * The relevance of one input, where `dy` is the relevance of the outputs, and `y` the layer's output with manipulated
   * parameters.
   */
  relevance({ x, y, dy, backward }: Passage): Tensor {
    const eps = this.stabilityFactor;
    return x.mul(backward(dy.div(where(y.lt(0), y.sub(eps), y.add(eps)))));
  }
}

function expectFactor(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new ArgumentError(`${op}: expected ${name} to be a number ≥ 0, but got ${shown(value)}`);
}

/**
 * Relevance in proportion to each input's share of the outputs. ε absorbs small shares. Suits the middle layers of a
 * network.
 */
export class EpsilonRule extends PropagationRule {
  override readonly stabilityFactor: number;

  /** `epsilon`: default 1e-9. */
  constructor(...args: Arguments<{ epsilon?: number }, ['epsilon']>) {
    super();
    const { epsilon } = parseArgs<{ epsilon: number }>('EpsilonRule', [], { epsilon: 1e-9 }, args);
    this.stabilityFactor = expectFactor('EpsilonRule', 'epsilon', epsilon);
  }
}

interface BiasOptions {
  /** Ignore the bias, which otherwise absorbs its share of the relevance; default false. */
  setBiasToZero?: boolean;
}

interface GammaOptions extends BiasOptions {
  /** The extra factor of positive weights; default 0.25. */
  gamma?: number;
}

/**
 * The manipulated parameters of a layer: its weight after `change` and, if `setBiasToZero`, a zero bias. Empty for a
 * layer without a weight.
 */
function withWeight(
  module: Module,
  setBiasToZero: boolean,
  change: (weight: Tensor) => Tensor,
): Record<string, Tensor> {
  const { weight, bias } = module as { weight?: unknown; bias?: unknown };
  return noGrad(() => ({
    ...(weight instanceof Tensor ? { weight: change(weight) } : {}),
    ...(setBiasToZero && bias instanceof Tensor ? { bias: bias.mul(0) } : {}),
  }));
}

/**
 * Relevance in proportion to shares computed with the weight w + γ max(w, 0), which favours positive contributions.
 * Suits the first layers.
 */
export class GammaRule extends PropagationRule {
  readonly gamma: number;
  readonly setBiasToZero: boolean;

  constructor(...args: Arguments<GammaOptions, ['gamma', 'setBiasToZero']>) {
    super();
    const o = parseArgs<Required<GammaOptions>>('GammaRule', [], { gamma: 0.25, setBiasToZero: false }, args);
    this.gamma = expectFactor('GammaRule', 'gamma', o.gamma);
    this.setBiasToZero = o.setBiasToZero;
  }

  override manipulated(module: Module): Record<string, Tensor> {
    return withWeight(module, this.setBiasToZero, (weight) => weight.add(weight.clamp({ min: 0 }).mul(this.gamma)));
  }
}

/** Relevance by positive weights only, also called deep Taylor decomposition. Not for batch normalisation. */
export class Alpha1_Beta0_Rule extends PropagationRule {
  readonly setBiasToZero: boolean;

  constructor(...args: Arguments<BiasOptions, ['setBiasToZero']>) {
    super();
    const o = parseArgs<Required<BiasOptions>>('Alpha1_Beta0_Rule', [], { setBiasToZero: false }, args);
    this.setBiasToZero = o.setBiasToZero;
  }

  override manipulated(module: Module): Record<string, Tensor> {
    return withWeight(module, this.setBiasToZero, (weight) => weight.clamp({ min: 0 }));
  }
}

/** Passes relevance through unchanged: for layers that keep the shape, such as batch normalisation. */
export class IdentityRule extends EpsilonRule {
  override relevance({ x, dy }: Passage): Tensor {
    if (x.shape.join() === dy.shape.join()) return dy;
    throw new ShapeError(
      `IdentityRule: expected a layer that keeps the shape, but got ${showShape(x.shape)} to ${showShape(dy.shape)}; use EpsilonRule`,
    );
  }
}

interface Summands {
  x1: Tensor;
  x2: Tensor;
}

/** x1 + x2 as a module, so that `LRP` can share relevance between the summands; it cannot see `x1.add(x2)`. */
export class Addition_Module extends Module {
  constructor(...none: []) {
    super();
    parseArgs('Addition_Module', [], {}, none);
  }

  forward(...args: Arguments<Summands, ['x1', 'x2']>): Tensor {
    const { x1, x2 } = parseArgs<Summands>('Addition_Module', ['x1', 'x2'], {}, args, { x1: tensor, x2: tensor });
    return x1.add(x2);
  }
}

/** Layers that share relevance among their inputs: linear layers, and poolings. */
const SHARING = [
  ...[nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d],
  ...[nn.Linear, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, Addition_Module],
  ...[nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d],
  ...[nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d],
];

/** Elementwise layers, which pass relevance through unchanged. */
const PASSING: ReadonlySet<unknown> = new Set<unknown>([
  nn.ReLU,
  nn.Tanh,
  nn.Dropout,
  nn.Dropout1d,
  nn.Dropout2d,
  nn.Dropout3d,
]);

/** Layers that only rearrange elements, so that their plain gradient already moves relevance correctly. */
const MOVING: ReadonlySet<unknown> = new Set<unknown>([nn.Identity, nn.Flatten, nn.Unflatten]);

/** The rules that the user gave, by module; null passes relevance through unchanged. */
export type GivenRules = ReadonlyMap<Module, PropagationRule | null>;

const ruleOf = (module: Module, given: GivenRules): PropagationRule | null | undefined =>
  given.has(module) ? given.get(module)! : module.rule;

/** @throws ArgumentError if a module's rule is not a `PropagationRule` */
export function expectRules(op: string, model: Module, given: GivenRules): void {
  for (const [name, module] of model.namedModules()) {
    const rule = ruleOf(module, given);
    if (rule === undefined || rule === null || rule instanceof PropagationRule) continue;
    throw new ArgumentError(`${op}: expected the rule of '${name}' to be a PropagationRule, but got ${kindOf(rule)}`);
  }
}

/** The modules to which rules apply: those without children, and those that have a rule of their own. */
function layersOf(module: Module, given: GivenRules): Module[] {
  const parts = module.children();
  if (parts.length === 0 || ruleOf(module, given)) return [module];
  return parts.flatMap((part) => layersOf(part, given));
}

/** Runs `fn` while the module has other parameters. */
function withParameters<T>(module: Module, parameters: Readonly<Record<string, Tensor>>, fn: () => T): T {
  const names = Object.keys(parameters);
  const before = names.map((name) => Object.getOwnPropertyDescriptor(module, name));
  for (const name of names) {
    Object.defineProperty(module, name, { value: parameters[name], configurable: true, enumerable: true });
  }
  try {
    return fn();
  } finally {
    names.forEach((name, i) => {
      const descriptor = before[i];
      if (descriptor) Object.defineProperty(module, name, descriptor);
      else Reflect.deleteProperty(module, name);
    });
  }
}

/**
 * The interceptors that make a model's layers pass relevance back instead of gradients, for one call of each layer.
 * `applied` is called with each rule and its layer.
 */
export function relevanceRules(
  op: string,
  model: Module,
  given: GivenRules,
  applied: (rule: PropagationRule, layer: Module) => void,
): ReadonlyMap<object, Interceptor> {
  const interceptors = new Map<object, Interceptor>();
  for (const layer of new Set(layersOf(model, given))) {
    const rule = ruleOf(layer, given) ?? defaultRule(op, layer, given);
    if (rule) applied(rule, layer);
    if (rule) interceptors.set(layer, once(op, layer, byRule(layer, rule)));
    else if (!MOVING.has(layer.constructor))
      interceptors.set(
        layer,
        ruling(layer, ({ dy }) => dy),
      );
  }
  return interceptors;
}

function byRule(layer: Module, rule: PropagationRule): Interceptor {
  const manipulated = rule.manipulated(layer);
  if (Object.keys(manipulated).length === 0) return ruling(layer, (passage) => rule.relevance(passage));
  // The second pass calls `forward` directly, so that the user's hooks see only one call.
  const again = (args: readonly unknown[]): unknown => withParameters(layer, manipulated, () => layer.forward(...args));
  return ruling(layer, (passage) => rule.relevance(passage), again);
}

/** The default rule of a layer's class; null if relevance passes through unchanged. */
function defaultRule(op: string, layer: Module, given: GivenRules): PropagationRule | null {
  const passes = PASSING.has(layer.constructor) || MOVING.has(layer.constructor);
  if (passes || ruleOf(layer, given) === null) return null;
  if (SHARING.some((kind) => layer instanceof kind)) return new EpsilonRule();
  throw new ArgumentError(
    `${op}: expected layers with a rule, but got ${layer.constructor.name}, which has no default rule; set its attribute rule, or pass one in the option rules`,
  );
}

/** Limits an interceptor to one call, because relevance of a layer called twice is not defined. */
function once(op: string, layer: Module, interceptor: Interceptor): Interceptor {
  let calls = 0;
  return (args, run) => {
    calls++;
    if (calls === 1) return interceptor(args, run);
    throw new ArgumentError(
      `${op}: expected the model to call every layer that has a rule once, but it calls ${layer.constructor.name} again; use a separate module for each call`,
    );
  };
}
