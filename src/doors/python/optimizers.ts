// The bridge for Python's `torch.optim`: classes, options of parameter groups, and state.

import { optim, type Tensor } from '../../torch';
import { show } from './bridge';

type AnyOptimizer = optim.Optimizer<{ lr: number }>;
type AnyClass = new (...args: unknown[]) => object;

const isClass = (value: unknown): value is AnyClass => typeof value === 'function' && Object.hasOwn(value, 'prototype');

/** The classes among the exports of a library module. */
const classesIn = (space: object): [name: string, made: AnyClass][] =>
  Object.entries(space).flatMap(([name, made]): [string, AnyClass][] =>
    isClass(made) && /^[A-Z]/.test(name) ? [[name, made]] : [],
  );

/** The module that Python imports as `_lamplight_optim`. */
export const optimBridge = {
  optimizers: (): unknown[] => classesIn(optim).filter(([, made]) => made !== (optim.Optimizer as unknown)),
  maker:
    (made: AnyClass) =>
    (...args: unknown[]): object =>
      new made(...args),
  /** The options of each group, by their JavaScript names, without the parameters. */
  groups: (optimizer: AnyOptimizer): unknown =>
    show(
      optimizer.paramGroups.map(({ params: _, ...options }) => options),
      false,
    ),
  /** The default options of groups. */
  defaults: (optimizer: AnyOptimizer): unknown => show({ ...optimizer.defaults }, false),
  setOption: (optimizer: AnyOptimizer, group: number, name: string, value: unknown): boolean =>
    Reflect.set(optimizer.paramGroups[group]!, name, value),
  addGroup: (optimizer: AnyOptimizer, group: { params: Tensor[] }): void => optimizer.addParamGroup(group),
  step: (optimizer: AnyOptimizer): void => void optimizer.step(),
  /** Takes a step with a Python closure, which may be asynchronous. */
  stepWith: (optimizer: AnyOptimizer, closure: () => Promise<unknown>): unknown =>
    show(optimizer.step(closure) as unknown, true),
  zeroGrad: (optimizer: AnyOptimizer, setToNone: boolean): void => optimizer.zeroGrad({ setToNone }),
  stateDict: (optimizer: { stateDict(): object }): unknown => show(optimizer.stateDict(), false),
  loadStateDict: (optimizer: { loadStateDict(state: object): void }, state: object): void =>
    optimizer.loadStateDict(state),
  /** The state of each parameter, in the order of the groups; null for a parameter without state. */
  states: (optimizer: AnyOptimizer): unknown =>
    show(
      optimizer.paramGroups.flatMap(({ params }) => params.map((param) => optimizer.state.get(param) ?? null)),
      false,
    ),
};
