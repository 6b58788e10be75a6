// Nn.utils' weight normalisation and spectral normalisation: a parameter is replaced by parts from which it is
// computed.

import { instance, integer, type Kinds, orNull, text, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { noGrad } from '../../../engine/storage/mode';
import { randn } from '../../tensor/creation/random';
import type { Tensor } from '../../tensor/tensor';
import { normalize } from '../functional/distance';
import type { RemovableHandle } from '../module/hooks';
import { Module } from '../module/module';
import { isUninitialized, Parameter } from '../module/parameter';
import { className } from '../module/run-call';
import { parameterNamed } from './named-tensors';

/** The normalisation of a parameter, which other parameters (its parts) replace. */
interface Normalised {
  readonly kind: string;
  readonly handle: RemovableHandle;
  /** The parameter's current value. */
  readonly weight: (module: Module) => Tensor;
  /** The names under which the parts are registered. */
  readonly parts: readonly string[];
}

const normalised = new WeakMap<Module, Map<string, Normalised>>();

interface NamedParameter<M extends Module> {
  module: M;
  /** The parameter's name, default 'weight'. */
  name?: string;
}

/** The kinds of the arguments `module` and `name` in all these functions. */
const namedKinds: Kinds<NamedParameter<Module>> = { module: instance(Module), name: text };

function ownParameter(op: string, module: Module, name: string): Parameter {
  if (normalised.get(module)?.has(name)) {
    throw new ArgumentError(`${op}: expected '${name}' without a norm, but it has one; remove that first`);
  }
  const parameter = parameterNamed(op, module, name);
  if (isUninitialized(parameter)) {
    throw new ArgumentError(`${op}: expected parameters with a shape; call the lazy module once before`);
  }
  return parameter;
}

function install(module: Module, name: string, entry: Omit<Normalised, 'handle'>): void {
  const handle = module.registerForwardPreHook((m: Module) => {
    Reflect.set(m, name, entry.weight(m));
  });
  const entries = normalised.get(module) ?? new Map<string, Normalised>();
  normalised.set(module, entries.set(name, { ...entry, handle }));
}

function remove<M extends Module>(op: string, kind: string, module: M, name: string): M {
  const entry = normalised.get(module)?.get(name);
  if (entry?.kind !== kind) throw new ArgumentError(`${op}: ${kind} of '${name}' not found in ${className(module)}`);
  const weight = noGrad(() => entry.weight(module).detach().clone());
  entry.handle.remove();
  normalised.get(module)!.delete(name);
  for (const part of [name, ...entry.parts]) Reflect.deleteProperty(module, part);
  module.registerParameter(name, new Parameter(weight));
  return module;
}

const partOf = (module: Module, name: string): Tensor => Reflect.get(module, name) as Tensor;

interface WeightNormArguments<M extends Module> extends NamedParameter<M> {
  /** The dimension whose slices each have their own norm, default 0; null for one norm of the whole. */
  dim?: number | null;
}

/** The arguments of `weightNorm`. */
export type WeightNormArgs<M extends Module> = Arguments<WeightNormArguments<M>, ['module', 'name', 'dim']>;

/** The parsed arguments; a dimension of −1 stands for none. */
export function weightNormArgs<M extends Module>(args: WeightNormArgs<M>) {
  const kinds = { ...namedKinds, dim: orNull(integer) };
  const o = parseArgs<WeightNormArguments<M>>('weightNorm', ['module'], { name: 'weight', dim: 0 }, args, kinds);
  return { ...o, dim: o.dim === -1 ? null : o.dim };
}

/**
 * Replaces the parameter `name` by a magnitude and a direction, w = g v / ‖v‖ (Salimans & Kingma 2016): `weight_g` and
 * `weight_v`. The weight is recomputed before every forward.
 */
export function weightNorm<M extends Module>(...args: WeightNormArgs<M>): M {
  const { module, name, dim: kept } = weightNormArgs(args);
  const parameter = ownParameter('weightNorm', module, name);
  const rank = parameter.dim();
  const dims = parameter.shape.map((_, d) => d).filter((d) => d !== kept);
  const norms = (v: Tensor): Tensor => (kept === null ? v.norm() : v.norm(2, dims, { keepdim: rank > 0 }));
  const [g, v] = [`${name}_g`, `${name}_v`];
  Reflect.deleteProperty(module, name);
  module.registerParameter(g, new Parameter(noGrad(() => norms(parameter.detach()))));
  module.registerParameter(v, new Parameter(parameter.detach()));
  const weight = (m: Module): Tensor => partOf(m, v).mul(partOf(m, g).div(norms(partOf(m, v))));
  Reflect.set(module, name, weight(module));
  install(module, name, { kind: 'weightNorm', weight, parts: [g, v] });
  return module;
}

/** Makes the weight one parameter again, with its current value. */
export function removeWeightNorm<M extends Module>(...args: Arguments<NamedParameter<M>, ['module', 'name']>): M {
  const { module, name } = named<M>('removeWeightNorm', args);
  return remove('removeWeightNorm', 'weightNorm', module, name);
}

const named = <M extends Module>(op: string, args: readonly unknown[]) =>
  parseArgs<NamedParameter<M>>(op, ['module'], { name: 'weight' }, args, namedKinds);

interface SpectralNormArguments<M extends Module> extends NamedParameter<M> {
  /** Steps of the power iteration before each use in training, default 1. */
  nPowerIterations?: number;
  /** Keeps the quotients finite, default 1e-12. */
  eps?: number;
  /** The dimension of the outputs: default 0, and 1 for transposed convolutions. */
  dim?: number | null;
}

/** The maximum number of power iterations before each use. */
const MOST_ITERATIONS = 10_000;

/** The arguments of `spectralNorm`. */
export type SpectralNormArgs<M extends Module> = Arguments<
  SpectralNormArguments<M>,
  ['module', 'name', 'nPowerIterations', 'eps', 'dim']
>;

/** The parsed arguments, with the dimension of the outputs. */
export function spectralNormArgs<M extends Module>(args: SpectralNormArgs<M>) {
  const defaults = { name: 'weight', nPowerIterations: 1, eps: 1e-12, dim: null };
  const kinds = { ...namedKinds, nPowerIterations: whole(1, MOST_ITERATIONS), dim: orNull(integer) };
  const o = parseArgs<SpectralNormArguments<M>>('spectralNorm', ['module'], defaults, args, kinds);
  return { ...o, dim: o.dim ?? (Reflect.get(o.module, 'transposed') === true ? 1 : 0) };
}

/**
 * Divides the parameter `name` by its largest singular value, as found by power iteration (Miyato et al. 2018). The
 * parameter is kept as `weight_orig`; the singular vectors are the buffers `weight_u` and `weight_v`.
 */
export function spectralNorm<M extends Module>(...args: SpectralNormArgs<M>): M {
  const { module, name, eps, dim, nPowerIterations } = spectralNormArgs(args);
  const parameter = ownParameter('spectralNorm', module, name);
  const matrix = (w: Tensor): Tensor => w.transpose(0, dim).reshape([w.shape[dim]!, -1]);
  const [orig, u, v] = [`${name}_orig`, `${name}_u`, `${name}_v`];
  const unit = (x: Tensor): Tensor => normalize(x, { dim: 0, eps });
  const [height, width] = matrix(parameter.detach()).shape as [number, number];
  const [left, right] = noGrad(() => [unit(randn(height)), unit(randn(width))]);
  Reflect.deleteProperty(module, name);
  module.registerParameter(orig, parameter);
  Reflect.set(module, name, parameter.detach());
  module.registerBuffer(u, left!.retain());
  module.registerBuffer(v, right!.retain());
  const weight = (m: Module, iterate = m.training): Tensor => {
    const [w, left, right] = [partOf(m, orig), partOf(m, u), partOf(m, v)];
    if (iterate) {
      noGrad(() => {
        const rows = matrix(w.detach());
        for (let i = 0; i < nPowerIterations; i++) {
          right.copy_(unit(rows.t().mv(left)));
          left.copy_(unit(rows.mv(right)));
        }
      });
    }
    // Clone both: the next forward overwrites them, while backward of this one still needs them.
    return w.div(left.clone().dot(matrix(w).mv(right.clone())));
  };
  install(module, name, { kind: 'spectralNorm', weight, parts: [orig, u, v] });
  return module;
}

/** Makes the weight one parameter again, with its current, divided value. */
export function removeSpectralNorm<M extends Module>(...args: Arguments<NamedParameter<M>, ['module', 'name']>): M {
  const { module, name } = named<M>('removeSpectralNorm', args);
  const { training } = module;
  // In eval mode no further power iteration runs, so the value stays that of the last one.
  module.training = false;
  try {
    return remove('removeSpectralNorm', 'spectralNorm', module, name);
  } finally {
    module.training = training;
  }
}
