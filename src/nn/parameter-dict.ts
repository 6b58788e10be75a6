// Owns ParameterDict: parameters by name.
import { ArgumentError } from '../errors';
import { type Kind, orNull } from '../tensor/argument-kinds';
import { expectKind, isPlainObject } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { Module } from './module';
import { Parameter } from './parameter';

const tensorsByName: Kind = { words: 'an object of tensors', fits: isPlainObject };

const typeNames: Readonly<Record<string, string>> = { float32: 'FloatTensor', float16: 'HalfTensor' };

/**
 * Parameters by name. Tensors that are no parameters become parameters; those given together are sorted by name, as in PyTorch.
 *
 *     this.scales = new nn.ParameterDict({ left: torch.ones(3), right: torch.zeros(3) });
 *     this.scales.get('left');
 */
export class ParameterDict extends Module {
  constructor(parameters: Readonly<Record<string, Tensor>> | null = {}) {
    super();
    expectKind('ParameterDict', 'parameters', parameters, orNull(tensorsByName));
    this.update(parameters ?? {});
  }

  /** The parameter of that name. */
  get(name: string): Parameter {
    const parameter = new Map(this.entries()).get(name);
    if (!parameter) throw new ArgumentError(`ParameterDict: no parameter is named '${name}'`);
    return parameter;
  }

  /** Adds or replaces a parameter. */
  set(name: string, value: Tensor): this {
    this.registerParameter(name, value instanceof Parameter ? value : new Parameter(value));
    return this;
  }

  /** Adds or replaces several parameters. */
  update(parameters: Readonly<Record<string, Tensor>>): this {
    const names = Object.keys(parameters).sort();
    for (const name of names) this.set(name, parameters[name]!);
    return this;
  }

  has(name: string): boolean {
    return this.keys().includes(name);
  }

  /** Takes a parameter out and returns it. */
  pop(name: string): Parameter {
    const parameter = this.get(name);
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
