// Writes the Python expressions that construct optimizers, schedulers and losses. Their current state is loaded from
// the checkpoint.

import { ArgumentError, nn, type optim } from '../../torch';
import { Module, snakeName } from '../../torch/inside';
import { isLayer, layerLine } from './layers';
import { numberText, plain, quoted } from './python';

/** Any object that has the optimizer and the state dict of a scheduler. */
export type Scheduler = Pick<optim.lrScheduler.LRScheduler, 'optimizer'> & { stateDict(): object };

/** The parameters of each scheduler class, which are also keys of its state dict. */
const settings: Readonly<Record<string, readonly string[]>> = {
  StepLR: ['step_size', 'gamma'],
  MultiStepLR: ['milestones', 'gamma'],
  ConstantLR: ['factor', 'total_iters'],
  LinearLR: ['start_factor', 'end_factor', 'total_iters'],
  ExponentialLR: ['gamma'],
  PolynomialLR: ['total_iters', 'power'],
  CosineAnnealingLR: ['T_max', 'eta_min'],
  CosineAnnealingWarmRestarts: ['T_0', 'T_mult', 'eta_min'],
  OneCycleLR: ['total_steps', 'pct_start', 'anneal_strategy', 'cycle_momentum', 'three_phase'],
  ReduceLROnPlateau: ['mode', 'factor', 'patience', 'threshold', 'threshold_mode', 'cooldown', 'eps'],
};

/** Schedulers that step after each batch rather than each epoch. */
const ofSteps: ReadonlySet<string> = new Set(['OneCycleLR', 'CyclicLR']);

export const stepsByBatch = (scheduler: Scheduler): boolean => ofSteps.has(scheduler.constructor.name);

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null || value === undefined ? 'None' : quoted(String(value));
}

/** The expression that creates the scheduler for the Python variable `optimizer`. */
export function schedulerText(scheduler: Scheduler): string {
  const name = scheduler.constructor.name;
  const state = scheduler.stateDict() as Readonly<Record<string, unknown>>;
  const call = (...items: string[]) => `lr_scheduler.${name}(${['optimizer', ...items].join(', ')})`;
  if (name === 'SequentialLR' || name === 'ChainedScheduler') {
    const inner = (scheduler as unknown as { readonly schedulers: readonly Scheduler[] }).schedulers;
    const list = `[${inner.map(schedulerText).join(', ')}]`;
    return name === 'ChainedScheduler'
      ? `lr_scheduler.${name}(${list})`
      : call(list, `milestones=${valueText(state._milestones)}`);
  }
  if (name === 'CyclicLR') return call(...cyclic(state));
  const keys = settings[name];
  if (!keys) {
    throw new ArgumentError(
      `toPython: a ${name} is made with functions, which have no text in Python; write it by hand`,
    );
  }
  const items = keys.map((key) => `${key}=${valueText(state[key])}`);
  if (name === 'OneCycleLR')
    items.unshift(`max_lr=${valueText(scheduler.optimizer.paramGroups.map((group) => Reflect.get(group, 'maxLr')))}`);
  if (name === 'ReduceLROnPlateau') items.push(`min_lr=${valueText(state.min_lrs)}`);
  return call(...items);
}

function cyclic(state: Readonly<Record<string, unknown>>): string[] {
  const [total, ratio] = [state.total_size, state.step_ratio] as [number, number];
  const up = Math.round(total * ratio);
  return [
    `base_lr=${valueText(state.base_lrs)}`,
    `max_lr=${valueText(state.max_lrs)}`,
    `step_size_up=${up}`,
    `step_size_down=${Math.round(total - up)}`,
    ...['mode', 'gamma', 'cycle_momentum'].map((key) => `${key}=${valueText(state[key])}`),
    ...(state.cycle_momentum
      ? [`base_momentum=${valueText(state.base_momentums)}`, `max_momentum=${valueText(state.max_momentums)}`]
      : []),
  ];
}

/**
 * The lines that create the optimizer of `model`, with the same parameter groups. Current learning rates and other
 * values are loaded from the checkpoint.
 */
export function optimizerLines(optimizer: optim.Optimizer, model: Module): string[] {
  const name = optimizer.constructor.name;
  const names = new Map<unknown, string>(model.namedParameters().map(([path, parameter]) => [parameter, path]));
  const groups = optimizer.paramGroups.map(({ params }) =>
    params.map((parameter) => {
      const path = names.get(parameter);
      if (path !== undefined) return path;
      throw new ArgumentError('toPython: expected an optimizer of the parameters of the model, but it has others too');
    }),
  );
  const [group] = optimizer.paramGroups;
  const lr = `lr=${numberText((Reflect.get(group!, 'initialLr') as number | undefined) ?? group!.lr)}`;
  const all = [...names.values()];
  const [only] = groups;
  if (groups.length === 1 && only!.join() === all.join()) return [`return optim.${name}(model.parameters(), ${lr})`];
  const lists = groups.map((paths) => `    {'params': [named[name] for name in [${paths.map(quoted).join(', ')}]]},`);
  return ['named = dict(model.named_parameters())', 'groups = [', ...lists, ']', `return optim.${name}(groups, ${lr})`];
}

/** The expression for a loss: a module of `nn` or a function of `nn.functional`. */
export function lossText(loss: unknown): string {
  if (loss instanceof Module && isLayer(loss)) return plain(layerLine(loss));
  const found = Object.entries(nn.functional).find(([, value]) => value === loss);
  if (found) return `F.${snakeName(found[0])}`;
  throw new ArgumentError(
    'toPython: expected loss to be a module of nn, such as new nn.CrossEntropyLoss(), or a function of nn.functional',
  );
}
