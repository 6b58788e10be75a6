// ParameterDict: parameters by name.

import { type Kind, text } from '../../../engine/core/argument-kinds';
import { closeInherited, oneTooMany } from '../../../engine/core/arity';
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, expectKind, isPlainObject, parseArgs, shown } from '../../../engine/core/options';
import type { Tensor } from '../../tensor/tensor';
import { Module } from './module';
import { Parameter, parameterOf } from './parameter';

const tensorsByName: Kind = { words: 'an object of tensors', fits: isPlainObject };

interface ParameterKey {
  key: string;
}

/** These methods refuse arguments that they would ignore. */
const closedMethods = ['clear', 'keys', 'values', 'entries', 'items', 'update'];

const typeNames: Readonly<Record<string, string>> = { float32: 'FloatTensor', float16: 'HalfTensor' };

/**
 * Parameters by name. Plain tensors become parameters; those given together are sorted by name, as in PyTorch.
 *
 *     this.scales = new nn.ParameterDict({ left: torch.ones(3), right: torch.zeros(3) });
 *     this.scales.get('left');
 */
export class ParameterDict extends Module {
  constructor(...args: [parameters?: Readonly<Record<string, Tensor>> | null]) {
    super();
    closeInherited(Object.getPrototypeOf(this) as object, Module.prototype, closedMethods);
    if (args.length > 1) throw oneTooMany('ParameterDict', 1, args);
    fill(this, 'ParameterDict', args[0] ?? {});
  }

  /** The parameter of that name. */
  get(...args: Arguments<ParameterKey, ['key']>): Parameter {
    return named(this, 'get', args)[1];
  }

  /** Adds or replaces a parameter. */
  set(...args: Arguments<ParameterKey & { value: Tensor }, ['key', 'value']>): this {
    const { key, value } = parseArgs<ParameterKey & { value: Tensor }>('set', ['key', 'value'], {}, args, {
      key: text,
    });
    this.registerParameter(key, parameterOf('set', value));
    return this;
  }

  /** Adds or replaces several parameters. */
  update(parameters: Readonly<Record<string, Tensor>>): this {
    fill(this, 'update', parameters);
    return this;
  }

  has(...args: Arguments<ParameterKey, ['key']>): boolean {
    return this.keys().includes(parseArgs<ParameterKey>('has', ['key'], {}, args, { key: text }).key);
  }

  /** Removes a parameter and returns it. */
  pop(...args: Arguments<ParameterKey, ['key']>): Parameter {
    const [name, parameter] = named(this, 'pop', args);
    Reflect.deleteProperty(this, name);
    return parameter;
  }

  clear(): void {
    for (const name of this.keys()) Reflect.deleteProperty(this, name);
  }

  /** Number of parameters. */
  get length(): number {
    return this.entries().length;
  }

  keys(): string[] {
    return this.entries().map(([name]) => name);
  }

  values(): Parameter[] {
    return this.entries().map(([, parameter]) => parameter);
  }

  entries(): [string, Parameter][] {
    return Object.entries(this).filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter);
  }

  /** `entries` by PyTorch's name. */
  items(): [string, Parameter][] {
    return this.entries();
  }

  [Symbol.iterator](): Iterator<string> {
    return this.keys()[Symbol.iterator]();
  }

  forward(..._inputs: never[]): unknown {
    throw new ArgumentError('ParameterDict: has no forward of its own; use the parameters in it');
  }

  override extraRepr(): string {
    const text = ({ dtype, shape }: Parameter) => `[torch.${typeNames[dtype]} of size ${shape.join('x')}]`;
    return this.entries()
      .map(([name, parameter]) => `  (${name}): Parameter containing: ${text(parameter)}`)
      .join('\n');
  }
}

/** Adds or replaces parameters on behalf of `op`, which errors name. */
function fill(dict: ParameterDict, op: string, parameters: Readonly<Record<string, Tensor>>): void {
  expectKind(op, 'parameters', parameters, tensorsByName);
  const names = Object.keys(parameters).sort();
  for (const name of names) dict.registerParameter(name, parameterOf(op, parameters[name]!));
}

/** The entry whose key is given in the arguments of `op`. */
function named(dict: ParameterDict, op: string, args: readonly unknown[]): [name: string, parameter: Parameter] {
  const { key } = parseArgs<ParameterKey>(op, ['key'], {}, args, { key: text });
  const entry = dict.entries().find(([name]) => name === key);
  if (!entry) throw new ArgumentError(`${op}: no parameter is named '${key}'; their names are ${shown(dict.keys())}`);
  return entry;
}
