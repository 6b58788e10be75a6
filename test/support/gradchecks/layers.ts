// Cases of gradcheck: normalisation, embedding, attention, recurrent layers, and parametrised weights.
import * as torch from 'lamplight';
import { nn, type Tensor, vision } from 'lamplight';
import { any, distinct, type Gradcheck } from './inputs';

const F = nn.functional;

// What is made here starts from the same weights in every run.
torch.manualSeed(3);
const attention = new nn.MultiheadAttention(2, 2);
const rnn = new nn.RNN(2, 2);
const lstm = new nn.LSTM(2, 2, { bidirectional: true });
const gru = new nn.GRU(2, 2);
const fours = [
  new nn.LSTM(2, 4, { bidirectional: true, numLayers: 2 }),
  new nn.GRU(2, 4, { bidirectional: true }),
  new nn.RNN(2, 4),
  new nn.RNN(2, 3, { nonlinearity: 'relu' }),
] as const;
const projected = new nn.LSTM(2, 3, { projSize: 2 });
const rnnCell = new nn.RNNCell(2, 2);
const lstmCell = new nn.LSTMCell(2, 2);
const gruCell = new nn.GRUCell(2, 2);

export const normalisation: Gradcheck[] = [
  ['layerNorm', (x) => F.layerNorm(x, [4]), [any(3, 4)]],
  ['layerNorm, weight', (x, w) => F.layerNorm(x, [3], w), [any(2, 3), any(3)]],
  ['layerNorm, bias', (x, b) => F.layerNorm(x, [3], null, b), [any(2, 3), any(3)]],
  ['layerNorm, affine', (x, w, b) => F.layerNorm(x, [2, 3], w, b), [any(2, 2, 3), any(2, 3), any(2, 3)]],
  [
    'batchNorm, training',
    (x, w, b) => F.batchNorm(x, null, null, { weight: w, bias: b, training: true }),
    [any(3, 2, 2), any(2), any(2)],
  ],
  [
    'FrozenBatchNorm2d',
    (x) => {
      const norm = new vision.ops.FrozenBatchNorm2d(2);
      norm.runningVar = torch.tensor([0.7, 1.2]);
      norm.weight = torch.tensor([1.5, -0.5]);
      return norm(x).square();
    },
    [any(1, 2, 2, 1)],
  ],
  [
    'batchNorm, running statistics',
    (x, w, b) => F.batchNorm(x, torch.tensor([0.1, -0.2]), torch.tensor([0.7, 1.2]), { weight: w, bias: b }),
    [any(2, 2, 2), any(2), any(2)],
  ],
  ['instanceNorm', (x, w) => F.instanceNorm(x, { weight: w }), [any(1, 2, 4), any(2)]],
  ['groupNorm', (x, w, b) => F.groupNorm(x, 2, { weight: w, bias: b }), [any(2, 4, 2), any(4), any(4)]],
  ['rmsNorm', (x, w) => F.rmsNorm(x, [3], { weight: w }), [any(2, 3), any(3)]],
  ['localResponseNorm', (x) => F.localResponseNorm(x, 2, { alpha: 1 }), [any(1, 3, 2)]],
];

export const layers: Gradcheck[] = [
  [
    'embedding',
    (w) =>
      F.embedding(
        torch.tensor([
          [2, 0],
          [2, 1],
        ]),
        w,
      ),
    [any(3, 2)],
  ],
  ['embeddingBag', (w) => F.embeddingBag(torch.tensor([[2, 0, 2]]), w), [any(3, 2)]],
  ['embeddingBag, max', (w) => F.embeddingBag(torch.tensor([[2, 0]]), w, { mode: 'max' }), [distinct(3, 2)], 'once'],
  ['dropout', (x) => F.dropout(x, { p: 0.3, training: false }), [any(4)]],
  [
    'scaledDotProductAttention',
    (q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: true }),
    [any(1, 2, 2), any(1, 3, 2), any(1, 3, 2)],
  ],
  ['MultiheadAttention', (x) => attention(x, x, x)[0] as Tensor, [any(3, 1, 2)]],
  ['RNN', (x, h) => rnn(x, h) as Tensor[], [any(3, 1, 2), any(1, 1, 2)]],
  ['LSTM', (x) => lstm(x)[0], [any(2, 1, 2)]],
  ['GRU', (x, h) => gru(x, h) as Tensor[], [any(2, 1, 2), any(1, 1, 2)]],
  ['LSTM, state', (x, h, c) => lstm(x, [h, c]).flat(2), [any(2, 1, 2), any(2, 1, 2), any(2, 1, 2)]],
  ['LSTM, four units', (x) => fours[0](x).flat(2), [any(2, 3, 2)], 'once'],
  ['LSTM, projected', (x) => projected(x)[0], [any(2, 1, 2)], 'once'],
  ['GRU, four units', (x, h) => fours[1](x, h).flat(), [any(2, 2, 2), any(2, 2, 4)], 'once'],
  ['RNN, four units', (x) => fours[2](x)[0], [any(3, 2, 2)], 'once'],
  ['RNN, relu', (x) => fours[3](x)[0], [any(2, 2, 2)], 'once'],
  ['RNNCell', (x, h) => rnnCell(x, h) as Tensor, [any(1, 2), any(1, 2)]],
  ['LSTMCell', (x) => lstmCell(x) as Tensor[], [any(1, 2)]],
  ['GRUCell', (x, h) => gruCell(x, h) as Tensor, [any(1, 2), any(1, 2)]],
];
