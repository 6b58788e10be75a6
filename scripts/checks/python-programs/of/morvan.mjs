// Programs of MorvanZhou/PyTorch-Tutorial.

/** @param {string} entry @param {Omit<import('../list.mjs').Program, 'home' | 'folder' | 'entry'>} rest @returns {import('../list.mjs').Program} */
function tutorial(entry, rest) {
  return {
    ...{ home: 'PyTorch-Tutorial', folder: 'tutorial-contents', entry, standIns: ['matplotlib'] },
    ...rest,
  };
}

/** @type {Readonly<Record<string, import('../list.mjs').Program>>} */
export const morvan = {
  'morvan-202_variable': tutorial('202_variable.py', { edits: [['variable.data.numpy()', 'variable.data.tolist()']] }),
  'morvan-203_activation': tutorial('203_activation.py', {
    edits: [
      ['.data.numpy()', '.data'],
      ['plt.show()', 'print(y_relu.sum(), y_sigmoid.sum(), y_tanh.sum(), y_softplus.sum())'],
    ],
  }),
  'morvan-301_regression': tutorial('301_regression.py', { edits: [['.data.numpy()', '.data']] }),
  'morvan-302_classification': tutorial('302_classification.py', {
    edits: [
      ['.data.numpy()', '.data'],
      ['astype(int)', 'int()'],
      ['target_y.size', 'target_y.numel()'],
    ],
  }),
  'morvan-303_build_nn_quickly': tutorial('303_build_nn_quickly.py', {}),
  'morvan-304_save_reload': tutorial('304_save_reload.py', {
    edits: [
      ['.data.numpy()', '.data'],
      // PyTorch loads weights alone since its version 2.6, unless it is told to.
      ["torch.load('net.pkl')", "torch.load('net.pkl', weights_only=False)"],
      ['plt.show()', 'print(prediction.sum())'],
    ],
  }),
  'morvan-305_batch_train': tutorial('305_batch_train.py', { edits: [['.numpy()', '.tolist()']] }),
  'morvan-306_optimizer': tutorial('306_optimizer.py', {
    edits: [
      ['.data.numpy()', '.item()'],
      ['.numpy()', ''],
      ['EPOCH = 12', 'EPOCH = 2'],
      ['plt.plot(l_his, label=labels[i])', 'print(labels[i], l_his[-1])'],
    ],
  }),
  'morvan-401_CNN': tutorial('401_CNN.py', {
    mnist: true,
    edits: [
      ['try: from sklearn.manifold import TSNE; HAS_SK = True\nexcept: ', ''],
      ['loss.data.numpy()', 'loss.item()'],
      ['.data.numpy()', '.data'],
      ['.astype(int)', '.int()'],
      ['[0].numpy()', '[0]'],
      ['[:10].numpy()', '[:10]'],
      ['step % 50 == 0', 'step % 2 == 0'],
    ],
  }),
  'morvan-403_RNN_regressor': tutorial('403_RNN_regressor.py', {
    edits: [
      ['import numpy as np\n', 'import math\n'],
      ['np.linspace(0, np.pi*2, 100, dtype=np.float32)', 'torch.linspace(0, math.pi*2, 100)'],
      [
        'np.linspace(start, end, TIME_STEP, dtype=np.float32, endpoint=False)',
        'start + torch.arange(TIME_STEP) * (math.pi / TIME_STEP)',
      ],
      ['np.pi', 'math.pi'],
      ['np.sin', 'torch.sin'],
      ['np.cos', 'torch.cos'],
      ['np.newaxis', 'None'],
      ['torch.from_numpy', ''],
      ['.data.numpy()', '.data'],
      ['range(100)', 'range(20)'],
      ['plt.draw()', 'print(loss)'],
    ],
  }),
  'morvan-406_GAN': tutorial('406_GAN.py', {
    edits: [
      ['import numpy as np\n', ''],
      [
        'np.vstack([np.linspace(-1, 1, ART_COMPONENTS) for _ in range(BATCH_SIZE)])',
        'torch.vstack([torch.linspace(-1, 1, ART_COMPONENTS) for _ in range(BATCH_SIZE)])',
      ],
      ['np.random.uniform(1, 2, size=BATCH_SIZE)[:, np.newaxis]', '(1 + torch.rand(BATCH_SIZE))[:, None]'],
      ['np.power', 'torch.pow'],
      ['torch.from_numpy', ''],
      ['range(10000)', 'range(20)'],
      ['step % 50 == 0', 'step % 5 == 0'],
      ['.data.numpy()', '.data'],
    ],
  }),
  'morvan-503_dropout': tutorial('503_dropout.py', {
    edits: [
      ['.data.numpy()', '.data'],
      ['range(500)', 'range(40)'],
      ['Dropout(0.5)', 'Dropout(0)'],
    ],
  }),
};
