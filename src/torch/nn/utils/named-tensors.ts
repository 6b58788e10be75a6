// Tensors of modules by their names, for functions that take a module and the name of what they change.

import { ArgumentError } from '../../../engine/core/errors';
import { Tensor } from '../../tensor/tensor';
import type { Module } from '../module/module';
import { isUninitialized, Parameter } from '../module/parameter';
import { className } from '../module/run-call';

function missing(op: string, module: Module, name: string): ArgumentError {
  return new ArgumentError(`${op}: expected a parameter named '${name}', but ${className(module)} has none`);
}

/** The tensor of that name, which may be computed from parameters. */
export function tensorNamed(op: string, module: Module, name: string): Tensor {
  const found: unknown = Reflect.get(module, name);
  if (found instanceof Tensor) return found;
  throw missing(op, module, name);
}

/** The parameter of that name. */
export function parameterNamed(op: string, module: Module, name: string): Parameter {
  const found: unknown = Reflect.get(module, name);
  if (found instanceof Parameter) return found;
  throw missing(op, module, name);
}

/** Refuses the parameter of a lazy module that has not been called. */
export function expectShaped(op: string, parameter: Parameter): void {
  if (!isUninitialized(parameter)) return;
  throw new ArgumentError(`${op}: expected a parameter with a shape; call the lazy module once before`);
}
