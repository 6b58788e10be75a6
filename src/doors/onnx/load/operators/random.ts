// Random numbers, drawn from the library's own generator. A node's seed is ignored.
import { rand, randn, type Tensor } from '../../../../torch';
import { DATA } from '../../proto/messages';
import { bounded, elements } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { expectType, typeOf } from '../element-type';

const normal = (call: Call, shape: readonly number[]): Tensor =>
  randn([...shape])
    .mul(call.float('scale', 1))
    .add(call.float('mean', 0));

const uniform = (call: Call, shape: readonly number[]): Tensor => {
  const [low, high] = [call.float('low', 0), call.float('high', 1)];
  return rand([...shape])
    .mul(high - low)
    .add(low);
};

type Draw = (call: Call, shape: readonly number[]) => Tensor;

const ofShape =
  (draw: Draw): Operator =>
  (call) =>
    draw(call, bounded(call, call.ints('shape', []))).to(expectType(call, call.int('dtype', DATA.float32)));

const likeInput =
  (draw: Draw): Operator =>
  (call) => {
    const x = elements(call, 0);
    return draw(call, x.shape).to(expectType(call, call.int('dtype', typeOf(x))));
  };

const Bernoulli: Operator = (call) => {
  const x = call.tensor(0);
  return x.bernoulli().to(expectType(call, call.int('dtype', typeOf(x))));
};

/** Draws classes from log-probabilities, which need not be normalised. */
const Multinomial: Operator = (call) => {
  const type = call.int('dtype', DATA.int32);
  const count = call.int('sample_size', 1);
  bounded(call, [call.tensor(0).shape[0] ?? 1, count]);
  return call.tensor(0).softmax(-1).multinomial(count, true).to(expectType(call, type));
};

export const randomness: Operators = {
  RandomNormal: ofShape(normal),
  RandomUniform: ofShape(uniform),
  RandomNormalLike: likeInput(normal),
  RandomUniformLike: likeInput(uniform),
  Bernoulli,
  Multinomial,
};
