// Owns the base of metrics whose state is sums over batches: what a batch adds to each, and what the figure is of them. A metric that is
// made of sums extends it, and has its cases in test/fixtures/families/metrics_*.py.
import { anything } from '../core/argument-kinds';
import { parseArgs } from '../core/options';
import { zeros } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { Metric } from './metric';
import { concatenated } from './state';

/** What a batch adds, by the name of the state. */
export type Parts<Name extends string> = Readonly<Record<Name, Tensor>>;

/** Metrics of sums; a part that is a list is kept for each sample instead. */
export abstract class Summed<
  Name extends string,
  Args extends readonly Tensor[] = [preds: Tensor, target: Tensor],
  Result = Tensor,
> extends Metric {
  override fullStateUpdate: boolean | null = false;

  /** The parts of a batch. */
  protected abstract parts(...args: Args): Parts<Name>;
  /** The figure that sums make. */
  protected abstract figureOf(parts: Parts<Name>): Result;

  /** States by name with their keys in state dicts and their shapes. */
  protected addSums(
    states: Readonly<
      Record<Name, { readonly key: string; readonly shape?: readonly number[]; readonly isList?: boolean }>
    >,
  ): void {
    for (const [name, { key, shape = [], isList }] of Object.entries(states) as [
      Name,
      { key: string; shape?: number[]; isList?: boolean },
    ][]) {
      this.addState(name, isList ? [] : zeros([...shape]), { distReduceFx: isList ? 'cat' : 'sum', key });
    }
  }

  /** What a batch is called, for calls by name. */
  protected get batchNames(): readonly string[] {
    return ['preds', 'target'];
  }

  /** Its first form fits Metric's where TypeScript 5.2 compares them, which takes no tuple of a parameter of types for any arguments. */
  update(named: Readonly<Record<string, Tensor>>): void;
  update(...args: Args | [named: Readonly<Record<string, Tensor>>]): void;
  update(...args: Args | [named: Readonly<Record<string, Tensor>>]): void {
    const names = this.batchNames;
    const unchecked = Object.fromEntries(names.map((name) => [name, anything]));
    const given = parseArgs<Record<string, unknown>>(this.constructor.name, names, {}, args, unchecked);
    const batch = names.map((name) => given[name]) as unknown as Args;
    for (const [name, part] of Object.entries(this.parts(...batch)) as [Name, Tensor][]) {
      const state = Reflect.get(this, name) as Tensor | Tensor[];
      if (Array.isArray(state)) state.push(part);
      else if (state.shape.length >= part.shape.length) state.add_(part);
      else Reflect.set(this, name, state.add(part));
    }
  }

  compute(): Result {
    const all = Object.entries(this.metricState).map(([name, state]) => [
      name,
      Array.isArray(state) ? concatenated(state) : state,
    ]);
    return this.figureOf(Object.fromEntries(all) as Parts<Name>);
  }

  /** @internal The figure of one batch. */
  figure(...args: Args): Result {
    return this.figureOf(this.parts(...args));
  }
}
