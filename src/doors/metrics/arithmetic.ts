// The arithmetic of metrics: methods that combine the results of metrics to new metrics.

import type { Tensor } from '../../torch';
import { type Arguments, kinds, Module, parseArgs } from '../../torch/inside';
import type { CompositionalMetric, Metric, MetricOperand } from './metric';
import { type BinaryOperator, type Operator, operators } from './operators';

type OperandArguments = Arguments<{ other: MetricOperand }, ['other']>;

/** The base class with the arithmetic methods of metrics and of metrics composed from several. */
export abstract class Arithmetic extends Module {
  /** The sum of both computed values; the other methods work likewise. */
  add(...args: OperandArguments): CompositionalMetric {
    return this.paired('add', args);
  }
  sub(...args: OperandArguments): CompositionalMetric {
    return this.paired('sub', args);
  }
  mul(...args: OperandArguments): CompositionalMetric {
    return this.paired('mul', args);
  }
  div(...args: OperandArguments): CompositionalMetric {
    return this.paired('div', args);
  }
  floorDivide(...args: OperandArguments): CompositionalMetric {
    return this.paired('floorDivide', args);
  }
  fmod(...args: OperandArguments): CompositionalMetric {
    return this.paired('fmod', args);
  }
  pow(...args: OperandArguments): CompositionalMetric {
    return this.paired('pow', args);
  }
  matmul(...args: Arguments<{ other: Metric | Tensor }, ['other']>): CompositionalMetric {
    return this.paired('matmul', args);
  }
  eq(...args: OperandArguments): CompositionalMetric {
    return this.paired('eq', args);
  }
  ne(...args: OperandArguments): CompositionalMetric {
    return this.paired('ne', args);
  }
  ge(...args: OperandArguments): CompositionalMetric {
    return this.paired('ge', args);
  }
  gt(...args: OperandArguments): CompositionalMetric {
    return this.paired('gt', args);
  }
  le(...args: OperandArguments): CompositionalMetric {
    return this.paired('le', args);
  }
  lt(...args: OperandArguments): CompositionalMetric {
    return this.paired('lt', args);
  }
  bitwiseAnd(...args: OperandArguments): CompositionalMetric {
    return this.paired('bitwiseAnd', args);
  }
  bitwiseOr(...args: OperandArguments): CompositionalMetric {
    return this.paired('bitwiseOr', args);
  }
  bitwiseXor(...args: OperandArguments): CompositionalMetric {
    return this.paired('bitwiseXor', args);
  }
  abs(...none: []): CompositionalMetric {
    parseArgs('abs', [], {}, none);
    return this.changed(operators.abs);
  }
  /** −|a|, as in torchmetrics. */
  neg(...none: []): CompositionalMetric {
    parseArgs('neg', [], {}, none);
    return this.changed(operators.neg);
  }
  /** The element or row of the computed value at an index. */
  at(...args: Arguments<{ index: number }, ['index']>): CompositionalMetric {
    const { index } = parseArgs<{ index: number }>('at', ['index'], {}, args, { index: kinds.integer });
    const at = (x: Tensor) => x.select(0, index);
    return this.changed(at);
  }

  /** A metric that applies a binary operator to this metric's value and to the operand among the arguments. */
  protected abstract paired(name: BinaryOperator, args: readonly unknown[]): CompositionalMetric;

  /** A metric that applies a unary operator to this metric's value. */
  protected abstract changed(operator: Operator): CompositionalMetric;
}
