// Programs of graykode/nlp-tutorial.

/**
 * @param {string} folder @param {string} entry @param {number} steps @param {readonly import('../list.mjs').Edit[]} edits
 * @returns {import('../list.mjs').Program}
 */
function lesson(folder, entry, steps, edits = []) {
  return {
    ...{ home: 'nlp-tutorial', folder, entry, standIns: ['matplotlib'] },
    edits: [[`range(${steps})`, `range(${Math.min(steps, 40)})`], ...edits],
  };
}

/** @type {import('../list.mjs').Edit} */
const often = ['% 1000 == 0', '% 10 == 0'];
/** @type {readonly import('../list.mjs').Edit[]} */
const plain = [['import numpy as np\n', '']];
/** @type {readonly import('../list.mjs').Edit[]} */
const oneHot = [...plain, ['np.eye(n_class)[input]', 'torch.eye(n_class)[input].tolist()']];
/** Sets of words have another order in each interpreter. @type {import('../list.mjs').Edit} */
const sorted = ['list(set(', 'sorted(set('];
/** @type {import('../list.mjs').Edit} */
const arrays = ['np.asarray([word_dict[n] for n in', 'list([word_dict[n] for n in'];
/** @type {Readonly<Record<string, import('../list.mjs').Program>>} */
export const language = {
  'nlp-NNLM': lesson('1-1.NNLM', 'NNLM.py', 5000, [often, sorted]),
  'nlp-Word2Vec': lesson('1-2.Word2Vec', 'Word2Vec-Skipgram(Softmax).py', 5000, [
    ['import numpy as np\n', 'import random\n'],
    often,
    sorted,
    [
      'np.random.choice(range(len(skip_grams)), batch_size, replace=False)',
      'random.sample(range(len(skip_grams)), batch_size)',
    ],
    ['np.eye(voc_size)[skip_grams[i][0]]', 'torch.eye(voc_size)[skip_grams[i][0]].tolist()'],
  ]),
  'nlp-TextCNN': lesson('2-1.TextCNN', 'TextCNN.py', 5000, [often, ...plain, sorted, arrays]),
  'nlp-TextRNN': lesson('3-1.TextRNN', 'TextRNN.py', 5000, [often, ...oneHot, sorted]),
  'nlp-TextLSTM': lesson('3-2.TextLSTM', 'TextLSTM.py', 1000, [...oneHot, ['% 100 == 0', '% 10 == 0']]),
  'nlp-Bi-LSTM': lesson('3-3.Bi-LSTM', 'Bi-LSTM.py', 10000, [often, ...oneHot, sorted]),
  'nlp-Seq2Seq': lesson('4-1.Seq2Seq', 'Seq2Seq.py', 5000, [
    often,
    ...oneHot,
    ['np.eye(n_class)[output]', 'torch.eye(n_class)[output].tolist()'],
  ]),
  'nlp-Seq2Seq-attention': lesson('4-2.Seq2Seq(Attention)', 'Seq2Seq(Attention).py', 2000, [
    ...plain,
    sorted,
    [
      'np.eye(n_class)[[word_dict[n] for n in sentences[0].split()]]',
      'torch.eye(n_class)[[word_dict[n] for n in sentences[0].split()]].tolist()',
    ],
    [
      'np.eye(n_class)[[word_dict[n] for n in sentences[1].split()]]',
      'torch.eye(n_class)[[word_dict[n] for n in sentences[1].split()]].tolist()',
    ],
    [
      "np.eye(n_class)[[word_dict[n] for n in 'SPPPP']]",
      "torch.eye(n_class)[[word_dict[n] for n in 'SPPPP']].tolist()",
    ],
    ['% 400 == 0', '% 10 == 0'],
    ['.data.numpy()', '.data'],
  ]),
  'nlp-Bi-LSTM-attention': lesson('4-3.Bi-LSTM(Attention)', 'Bi-LSTM(Attention).py', 5000, [
    often,
    ...plain,
    sorted,
    arrays,
    ['.data.numpy()', '.data'],
  ]),
  'nlp-BERT': lesson('5-2.BERT', 'BERT.py', 100, [
    ['range(40)', 'range(4)'],
    ['% 10 == 0', '% 1 == 0'],
    ['import numpy as np\n', ''],
    ['np.sqrt', 'math.sqrt'],
    sorted,
    ['.data.numpy()', '.data.tolist()'],
  ]),
};
