// Nodes that are computed once, while the graph is loaded: nodes of constants, and nodes that give a weight another
// form.
import { scope, Tensor } from '../../../torch';
import { isFloat } from '../../../torch/inside';
import type { NodeMessage } from '../proto/messages';
import { Call, type Operator } from './call';
import { hostOf, tensorOf } from './convert';
import { type Known, Slot, Weight } from './known';
import { isGenerated } from './names';
import { applied } from './plan';
import { HostArray, type OnnxValue, Sequence } from './values';

/** Operators whose results differ from call to call, or depend on the mode. */
const everNew: ReadonlySet<string> = new Set([
  ...['RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Multinomial', 'Bernoulli', 'Dropout'],
]);

/** Operators that only rearrange a weight, so that a layer may take their result as its weight. */
const forms: ReadonlySet<string> = new Set([
  ...['Transpose', 'Reshape', 'Unsqueeze', 'Squeeze', 'Flatten', 'Slice', 'Split', 'Concat', 'Gather'],
]);

const isWeight = (known: Known | null): known is Weight => known instanceof Weight;

/** A node whose inputs are all known. */
export interface Folding {
  readonly node: NodeMessage;
  readonly opset: number;
  readonly operator: Operator;
  readonly inputs: readonly (Known | null)[];
}

/** The outputs of a node, if they can be computed before any call; else null. */
export function folded(folding: Folding): (Known | null)[] | null {
  const { node, inputs } = folding;
  if (everNew.has(node.opType) || inputs.some((known) => known instanceof Slot)) return null;
  if (node.attributes.some(({ g, graphs }) => g || graphs)) return null;
  if (node.opType === 'Identity') return [renamed(inputs[0] ?? null, node.outputs[0] ?? '')];
  const trained = inputs.filter(isWeight).some(({ isConstant }) => !isConstant);
  if (node.opType === 'DequantizeLinear' && dequantizesWeight(inputs)) return dequantized(folding);
  if (!trained) return constants(folding);
  if (node.opType === 'Cast' && isWeight(inputs[0] ?? null)) return cast(folding);
  return forms.has(node.opType) ? formsOf(folding) : null;
}

/** The weight itself, or a copy if the output has another name: exporters store equal weights once. */
function renamed(known: Known | null, name: string): Known | null {
  if (!isWeight(known) || known.isConstant || isGenerated(name) || !name.includes('.')) return known;
  return new Weight(name, known.host, known.host ? null : known.tensor.clone());
}

const valuesOf = (inputs: readonly (Known | null)[], asTensors: boolean) =>
  inputs.map((known) => {
    if (!(known instanceof Weight)) return known as HostArray | null;
    return asTensors ? known.tensor : (known.host ?? known.tensor);
  });

function computed({ node, opset, operator, inputs }: Folding, asTensors: boolean) {
  return applied(operator, new Call(node, opset, valuesOf(inputs, asTensors), false));
}

/**
 * How many elements a constant may have beyond those of its inputs. Larger results, such as filled tensors, are
 * computed in each call.
 */
const MOST_GROWN = 2 ** 16;

/** Computes a node whose inputs are all constants. */
function constants(folding: Folding): (Known | null)[] | null {
  const given = folding.inputs.reduce((sum, known) => sum + elementsOf(known), MOST_GROWN);
  // A result that is too large stays inside the scope, so it is never computed.
  return scope(() => {
    const results = computed(folding, false);
    if (results.some((result) => result instanceof Sequence || elementsOf(result) > given)) return null;
    return results.map((result, i) => {
      if (result === null || result instanceof HostArray) return result;
      const tensor = (result as Tensor).retain();
      const name = folding.node.outputs[i] ?? '';
      return hostOf(tensor) ?? new Weight(name, null, tensor, null, true);
    });
  });
}

function elementsOf(value: Known | OnnxValue | null): number {
  if (value instanceof HostArray) return value.numel;
  if (value instanceof Weight) return value.tensor.numel();
  return value instanceof Tensor ? value.numel() : 0;
}

/** The weight's numbers rearranged. The weight that they come from remains the trained parameter. */
function formsOf(folding: Folding): (Known | null)[] {
  const { node, opset, inputs } = folding;
  return computed(folding, true).map((result, i) => {
    if (result === null) return null;
    const tensor = result instanceof HostArray ? tensorOf(result) : (result as Tensor);
    const [source] = inputs;
    const isSwap = node.opType === 'Transpose' && isWeight(source ?? null) && tensor.shape.length === 2;
    const name = isSwap ? (source as Weight).name : (node.outputs[i] ?? '');
    const weight = new Weight(name, null, tensor.contiguous(), { node, opset, inputs, output: i });
    const swaps = isSwap && node.attributes.every(({ ints }) => !ints || ints[0] === 1);
    return swaps ? weight.isTransposeOf(source as Weight) : weight;
  });
}

/** A weight cast to another float type becomes a parameter of that type. */
function cast(folding: Folding): (Known | null)[] | null {
  const [source] = folding.inputs as [Weight];
  const [result] = computed(folding, true);
  const tensor = result as Tensor;
  return isFloat(tensor.dtype) ? [new Weight(source.name, null, tensor)] : null;
}

/** Whether integers of at least rank 1 are converted to floats, that is, a quantised weight. */
const dequantizesWeight = ([x]: readonly (Known | null)[]): boolean => x instanceof HostArray && x.numel > 1;

/**
 * A dequantised weight, which is trained as floats. Its name is that of the initializer without the suffix that
 * quantisers add.
 */
function dequantized(folding: Folding): (Known | null)[] {
  const [result] = computed(folding, false);
  const tensor = result instanceof HostArray ? tensorOf(result) : (result as Tensor);
  const [name = ''] = folding.node.inputs;
  return [new Weight(name.replace(/[._](quantized|q|int8|uint8)$/i, ''), null, tensor.contiguous())];
}
