// karpathy's minGPT, makemore and nanoGPT.
import { sentences } from '../texts.mjs';

/** @type {import('../list.mjs').Program} */
const makemore = {
  ...{ home: 'makemore', folder: '.', entry: 'makemore.py' },
  edits: [
    ['from torch.utils.tensorboard import SummaryWriter\n', ''],
    ['writer = SummaryWriter(log_dir=args.work_dir)', ''],
    ['words = data.splitlines()', 'words = data.splitlines()[:600]'],
    ['step % 200 == 0', 'step % 40 == 0'],
  ],
};
const few = '--max-steps 41 --num-workers 0 --n-layer 2 --n-embd 16 --n-embd2 16 --batch-size 8 --learning-rate 0.005';

/** @type {import('../list.mjs').Program} */
const minGPT = {
  ...{ home: 'minGPT', folder: '.', entry: 'projects/adder/adder.py' },
  edits: [
    ['mingpt/utils.py', 'import numpy as np\n', ''],
    ['mingpt/utils.py', '    np.random.seed(seed)\n', ''],
  ],
};
const noDropout =
  '--model.embd_pdrop=0.0 --model.resid_pdrop=0.0 --model.attn_pdrop=0.0 --trainer.num_workers=0 --trainer.device=cpu';

/** Settings of the lecture's programs that a page has time for. @type {readonly import('../list.mjs').Edit[]} */
const shorter = [
  ['eval_iters = 200', 'eval_iters = 2'],
  ['max_new_tokens=500', 'max_new_tokens=40'],
];

/** A character's number in place of the files that `prepare.py` writes. */
const nanoData = `
import torch
text = open("data/text.txt").read()
letters = sorted(set(text))
ids = torch.tensor([letters.index(letter) for letter in text])
`;

/** @type {Readonly<Record<string, import('../list.mjs').Program>>} */
export const karpathy = {
  'lecture-bigram': {
    ...{ home: 'ng-video-lecture', folder: '.', entry: 'bigram.py' },
    edits: [...shorter, ['max_iters = 3000', 'max_iters = 40'], ['eval_interval = 300', 'eval_interval = 10']],
  },
  'lecture-gpt': {
    ...{ home: 'ng-video-lecture', folder: '.', entry: 'gpt.py' },
    edits: [
      ...shorter,
      ['max_iters = 5000', 'max_iters = 21'],
      ['eval_interval = 500', 'eval_interval = 10'],
      ['batch_size = 64', 'batch_size = 4'],
      ['block_size = 256', 'block_size = 16'],
      ['n_embd = 384', 'n_embd = 24'],
      ['n_head = 6', 'n_head = 3'],
      ['n_layer = 6', 'n_layer = 2'],
      ['dropout = 0.2', 'dropout = 0.0'],
    ],
  },
  ...Object.fromEntries(
    ['bigram', 'mlp', 'rnn', 'gru', 'bow', 'transformer'].map((type) => [
      `makemore-${type}`,
      { ...makemore, args: `--type ${type} ${few}` },
    ]),
  ),
  'minGPT-adder': {
    ...minGPT,
    args: `${noDropout} --trainer.max_iters=21 --trainer.batch_size=16 --model.model_type=gpt-nano --data.ndigit=1`,
  },
  'minGPT-chargpt': {
    ...minGPT,
    entry: 'projects/chargpt/chargpt.py',
    args: `${noDropout} --trainer.max_iters=11 --trainer.batch_size=4 --model.model_type=gpt-nano --data.block_size=32`,
    written: { 'input.txt': sentences(100) },
    edits: [...(minGPT.edits ?? []), ['500', '20'], ['O God, O God!', 'the cat sees ']],
  },
  nanoGPT: {
    ...{ home: 'nanoGPT', folder: '.', entry: 'train.py' },
    args: [
      '--device=cpu --compile=False --eval_iters=2 --log_interval=1 --block_size=16 --batch_size=4 --n_layer=2 --n_head=2',
      '--n_embd=16 --max_iters=6 --lr_decay_iters=6 --warmup_iters=2 --eval_interval=5 --dropout=0.0',
      '--gradient_accumulation_steps=2 --learning_rate=0.01 --always_save_checkpoint=True',
    ].join(' '),
    written: { 'data/text.txt': sentences(100), 'nano_data.py': nanoData },
    edits: [
      ['import numpy as np\n', 'from nano_data import ids\n'],
      ["data = np.memmap(os.path.join(data_dir, 'train.bin'), dtype=np.uint16, mode='r')", 'data = ids'],
      ["data = np.memmap(os.path.join(data_dir, 'val.bin'), dtype=np.uint16, mode='r')", 'data = ids'],
      ['torch.from_numpy((data[i:i+block_size]).astype(np.int64))', 'data[i:i+block_size]'],
      ['torch.from_numpy((data[i+1:i+1+block_size]).astype(np.int64))', 'data[i+1:i+1+block_size]'],
    ],
  },
};
