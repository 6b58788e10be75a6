// LSTM, GRU and RNN as layers. In ONNX the rows of their weights are in another order, and both directions are in one
// tensor.
import { cat, nn, type Tensor } from '../../../../torch';
import { type Known, Weight } from '../known';
import { scopeOf } from '../names';
import { HostArray } from '../values';
import { fill, type LayerNode, type Rule } from './layer';

/** By operator: ONNX's gates in PyTorch's order, as indices. */
const gateOrders = { LSTM: [0, 2, 3, 1], GRU: [1, 0, 2], RNN: [0] } as const;

type Kind = keyof typeof gateOrders;

/** The gates' blocks of rows of one direction, in PyTorch's order. */
function reordered(rows: Tensor, kind: Kind): Tensor {
  const order = gateOrders[kind];
  const size = rows.shape[0]! / order.length;
  return cat(order.map((gate) => rows.narrow(0, gate * size, size)));
}

/** The sizes of a recurrent node, if a layer computes exactly that node; else null. */
function sizesOf(node: LayerNode, kind: Kind) {
  const { call } = node;
  const [w, r] = [node.weight(1, 3), node.weight(2, 3)];
  const b = node.weight(3, 2);
  const direction = call.text('direction', 'forward');
  const directions = direction === 'bidirectional' ? 2 : direction === 'forward' ? 1 : 0;
  const gates = gateOrders[kind].length;
  const inputSize = w?.shape[2] ?? 0;
  const hiddenSize = r?.shape[2] ?? 0;
  const rows = gates * hiddenSize;
  const isPlain =
    !node.has(4) &&
    call.int('layout', 0) === 0 &&
    call.floats('activation_alpha') === null &&
    !(call.float('clip', 0) > 0);
  const fits =
    w?.shape.join() === [directions, rows, inputSize].join() &&
    r?.shape.join() === [directions, rows, hiddenSize].join() &&
    (!node.has(3) || b?.shape.join() === [directions, 2 * rows].join());
  if (!w || !r || !isPlain || !fits || hiddenSize === 0 || inputSize === 0 || !node.isFed(0)) return null;
  return { w, r, b, directions, rows, inputSize, hiddenSize };
}

/** The activation functions of all directions, in lower case. */
const activationsOf = (node: LayerNode, usual: readonly string[], directions: number): string[] =>
  (node.call.texts('activations') ?? Array.from({ length: directions }, () => usual).flat()).map((name) =>
    name.toLowerCase(),
  );

const repeats = (names: readonly string[], usual: readonly string[]): boolean =>
  names.every((name, i) => name === usual[i % usual.length]);

/** The rule for a kind of recurrent layer. */
function recurrentRule(kind: Kind, usual: readonly string[], states: number): Rule {
  return (node) => {
    const sizes = sizesOf(node, kind);
    if (!sizes || (kind === 'LSTM' && (node.has(7) || node.call.int('input_forget', 0) !== 0))) return null;
    if (kind === 'GRU' && node.call.int('linear_before_reset', 0) !== 1) return null;
    const { w, r, b, directions, rows, inputSize, hiddenSize } = sizes;
    const names = activationsOf(node, usual, directions);
    const isRelu = kind === 'RNN' && repeats(names, ['relu']);
    if (!isRelu && !repeats(names, usual)) return null;
    const options = { bias: b !== null, bidirectional: directions === 2 };
    const module =
      kind === 'LSTM'
        ? new nn.LSTM(1, 1, options)
        : kind === 'GRU'
          ? new nn.GRU(1, 1, options)
          : new nn.RNN(1, 1, { ...options, nonlinearity: isRelu ? 'relu' : 'tanh' });
    Object.assign(module, { inputSize, hiddenSize });
    for (let d = 0; d < directions; d++) {
      const end = d === 0 ? '_l0' : '_l0_reverse';
      const part = ({ tensor, name }: Weight, start = 0) =>
        new Weight(name, null, reordered(tensor.select(0, d).narrow(0, start, rows), kind));
      fill(module, { [`weight_ih${end}`]: part(w), [`weight_hh${end}`]: part(r) });
      if (b) fill(module, { [`bias_ih${end}`]: part(b), [`bias_hh${end}`]: part(b, rows) });
    }
    // Initial states of zeros are left out: they are a layer's default.
    const starts = [5, 6].slice(0, states).filter((i) => node.has(i) && !isZero(node.known[i]!));
    const inputs = [0, ...starts];
    if (inputs.length !== 1 && inputs.length !== 1 + states) return null;
    return {
      module,
      path: scopeOf(node.node),
      inputs,
      prepare: ([x, ...initial]) => (initial.length === 0 ? [x] : [x, states === 1 ? initial[0] : initial]),
      outputs: (result) => {
        const [sequence, state] = result as [Tensor, Tensor | readonly Tensor[]];
        const [length, batch] = sequence.shape as [number, number];
        const apart = sequence.reshape([length, batch, directions, hiddenSize]).permute([0, 2, 1, 3]);
        return [apart, ...[state].flat()];
      },
    };
  };
}

const isZero = (known: Known): boolean => {
  const host = known instanceof Weight ? known.host : known;
  return host instanceof HostArray && Array.from(host.data).every((number) => number === 0);
};

export const recurrentRules: Readonly<Record<string, Rule>> = {
  LSTM: recurrentRule('LSTM', ['sigmoid', 'tanh', 'tanh'], 2),
  GRU: recurrentRule('GRU', ['sigmoid', 'tanh'], 1),
  RNN: recurrentRule('RNN', ['tanh'], 1),
};
