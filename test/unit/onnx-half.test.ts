// Operators of ONNX give float16 for float16: shapes and types are known without a device.
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { Call, operatorKey } from '../../src/doors/onnx/load/call';
import { operators } from '../../src/doors/onnx/load/operators';
import { applied } from '../../src/doors/onnx/load/plan';
import { HostArray, Sequence } from '../../src/doors/onnx/load/values';
import { DATA } from '../../src/doors/onnx/proto/messages';
import { discardPending } from '../../src/engine/graph/flush';
import { type Case, inputsOf, readCases } from '../support/onnx-cases';
import { refusalOf } from '../support/onnx-refusals';

// Nothing of it is to be computed beside other tests.
afterAll(discardPending);

const cases = readCases(readFileSync(new URL('../fixtures/onnx-operators.bin.gz', import.meta.url)));

/** Cases whose outputs have the type of their inputs of floats. */
const others = /^Cast|Quantize|^QLinear|^QGemm|Window$|^MelWeight|^EyeLike$|^ConstantOfShape$|^Bernoulli$|^RoiAlign$/;

const halved = (x: HostArray): HostArray => (x.dtype === 'float32' ? new HostArray(x.shape, 'float16', x.data) : x);

/** The outputs whose type is not as expected. */
function mistyped({ name, node, opset, graph }: Case, inputs: ReturnType<typeof inputsOf>): string[] {
  const half = inputs.map((x) => (x instanceof HostArray ? halved(x) : x instanceof Sequence ? sequenceOf(x) : x));
  const outputs = applied(operators[operatorKey(node)]!, new Call(node, opset, half, false));
  return graph.outputs.flatMap((output, k) => {
    const wanted = graph.initializers.find((tensor) => tensor.name === `expected/${k}`);
    const got = outputs[node.outputs.indexOf(output.name)] ?? null;
    if (!wanted || wanted.dataType !== DATA.float32 || got === null || got instanceof Sequence) return [];
    return got.dtype === 'float16' ? [] : [`${name}: ${got.dtype}`];
  });
}

const sequenceOf = ({ items }: Sequence): Sequence =>
  new Sequence(items.map((item) => (item instanceof HostArray ? halved(item) : item)));

test('float16 stays float16', () => {
  const own = cases.filter(
    ({ name, node }) => Object.hasOwn(operators, operatorKey(node)) && !others.test(node.opType) && !refusalOf(name),
  );
  expect(own.length).toBeGreaterThan(900);
  expect(own.flatMap((one) => mistyped(one, inputsOf(one, true)))).toEqual([]);
});
