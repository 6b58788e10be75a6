// Programs of pytorch/examples.
import { sentences } from '../texts.mjs';

const home = /** @type {const} */ ('examples');
const short = '--epochs 1 --batch-size 32 --log-interval 1';
const words = {
  'data/wikitext-2/train.txt': sentences(300),
  'data/wikitext-2/valid.txt': sentences(60, 3),
  'data/wikitext-2/test.txt': sentences(60, 5),
};
const language = { home, folder: 'word_language_model', entry: 'main.py', written: words };
const small = '--emsize 16 --nhid 16 --dropout 0 --epochs 1 --log-interval 1';
/** A graph of 60 papers for the programs that download Cora. */
const graph = `
import random
nodes, words, classes = 60, 24, 4
random.seed(5)
kinds = [random.randrange(classes) for _ in range(nodes)]
features = torch.tensor([[float(random.random() < (0.6 if j % classes == kind else 0.1)) for j in range(words)] for kind in kinds])
features = features / features.sum(1, keepdim=True).clamp(min=1)
labels = torch.tensor(kinds)
adj_mat = torch.eye(nodes)
for i in range(nodes):
    for j in range(i):
        if random.random() < (0.3 if kinds[i] == kinds[j] else 0.03):
            adj_mat[i, j] = adj_mat[j, i] = 1.0
`;
const cart = [
  ['import numpy as np\n', ''],
  ['for i_episode in count(1):', 'for i_episode in range(1, 31):'],
];

/** @type {Readonly<Record<string, import('../list.mjs').Program>>} */
export const examples = {
  mnist: {
    ...{ home, folder: 'mnist', entry: 'main.py', mnist: true },
    args: `${short} --test-batch-size 64 --no-accel`,
    edits: [
      ['nn.Dropout(0.25)', 'nn.Dropout(0)'],
      ['nn.Dropout(0.5)', 'nn.Dropout(0)'],
    ],
  },
  mnist_rnn: {
    ...{ home, folder: 'mnist_rnn', entry: 'main.py', mnist: true },
    args: `${short} --test-batch-size 64`,
    edits: [
      ['nn.Dropout2d(0.25)', 'nn.Dropout2d(0)'],
      ['nn.Dropout2d(0.5)', 'nn.Dropout2d(0)'],
    ],
  },
  mnist_forward_forward: {
    ...{ home, folder: 'mnist_forward_forward', entry: 'main.py', mnist: true },
    args: '--epochs 3 --train_size 64 --test_size 64 --no_accel --log-interval 1',
  },
  vae: {
    ...{ home, folder: 'vae', entry: 'main.py', mnist: true },
    args: `${short} --no-accel`,
    written: { 'results/readme.txt': '' },
  },
  siamese_network: {
    ...{ home, folder: 'siamese_network', entry: 'main.py', mnist: true },
    args: '--epochs 1 --batch-size 16 --log-interval 1 --test-batch-size 64 --no-accel --lr 0.01 --dry-run',
    edits: [
      ['import numpy as np\n', ''],
      ['np.array(self.dataset.targets.clone(), dtype=None, copy=None)', 'self.dataset.targets.clone()'],
      ['np.where((np_arr==i))[0]', 'torch.where(np_arr == i)[0]'],
    ],
  },
  dcgan: {
    ...{ home, folder: 'dcgan', entry: 'main.py' },
    args: '--dataset fake --batchSize 4 --ngf 8 --ndf 8 --niter 1 --manualSeed 1 --workers 0 --dry-run',
  },
  regression: {
    ...{ home, folder: 'regression', entry: 'main.py' },
    // It ends at a loss, which rounding reaches some steps sooner or later.
    edits: [['if loss < 1e-3:', 'if batch_idx == 100:']],
  },
  word_language_model: { ...language, args: `${small} --lr 5` },
  'word_language_model-gru': { ...language, args: `${small} --model GRU --tied --use-optimizer --lr 0.01 --dry-run` },
  'word_language_model-tanh': { ...language, args: `${small} --model RNN_TANH --lr 1 --dry-run` },
  'word_language_model-transformer': {
    ...language,
    args: `${small} --model Transformer --lr 1`,
    edits: [['model.py', 'num_encoder_layers=nlayers', 'num_encoder_layers=nlayers, dropout=0']],
  },
  super_resolution: {
    ...{ home, folder: 'super_resolution', entry: 'main.py' },
    args: '--upscale_factor 2 --batchSize 2 --testBatchSize 2 --nEpochs 2 --threads 0',
    pictures: Object.fromEntries(
      ['train/a', 'train/b', 'train/c', 'test/a', 'test/b'].map((name) => [
        `dataset/BSDS300/images/${name}.png`,
        /** @type {const} */ ([48, 40]),
      ]),
    ),
    edits: [
      ['data.py', 'from six.moves import urllib\n', ''],
      ['data.py', '(256, upscale_factor)', '(32, upscale_factor)'],
      ['dataset.py', 'in listdir(image_dir)', 'in sorted(listdir(image_dir))'],
    ],
  },
  time_sequence_prediction: {
    ...{ home, folder: 'time_sequence_prediction', entry: 'train.py', standIns: ['matplotlib'] },
    args: '--steps 1',
    // No GPU of WebGPU's computes in float64.
    edits: [
      ['import numpy as np\n', ''],
      ['np.random.seed(0)\n', 'torch.manual_seed(0)\n'],
      [
        "data = torch.load('traindata.pt')",
        'data = torch.sin((torch.arange(40) + torch.arange(12).view(-1, 1) * 7) / 20)',
      ],
      ['torch.from_numpy', ''],
      [', dtype=torch.double', ''],
      ['seq.double()', 'seq'],
      ['optim.LBFGS(seq.parameters(), lr=0.8)', 'optim.LBFGS(seq.parameters(), lr=0.8, max_iter=8)'],
      ['future = 1000', 'future = 20'],
      ['.detach().numpy()', '.detach()'],
      ['np.arange', 'torch.arange'],
    ],
  },
  reinforce: {
    ...{ home, folder: 'reinforcement_learning', entry: 'reinforce.py', standIns: ['gymnasium'] },
    args: '--log-interval 5',
    edits: [
      .../** @type {[string, string][]} */ (cart),
      ['nn.Dropout(p=0.6)', 'nn.Dropout(p=0)'],
      ['np.finfo(np.float32).eps.item()', 'torch.finfo(torch.float32).eps'],
      ['torch.from_numpy(state)', 'torch.tensor(state)'],
    ],
  },
  actor_critic: {
    ...{ home, folder: 'reinforcement_learning', entry: 'actor_critic.py', standIns: ['gymnasium'] },
    args: '--log-interval 5',
    edits: [
      .../** @type {[string, string][]} */ (cart),
      ['np.finfo(np.float32).eps.item()', 'torch.finfo(torch.float32).eps'],
      ['torch.from_numpy(state)', 'torch.tensor(state)'],
    ],
  },
  gat: {
    ...{ home, folder: 'gat', entry: 'main.py' },
    args: '--epochs 6 --val-every 1 --dropout-p 0 --no-accel --hidden-dim 8',
    edits: [
      ['import requests\n', ''],
      ['import numpy as np\n', ''],
      ['if os.path.isfile(', 'if True or os.path.isfile('],
      ['features, labels, adj_mat = load_cora(device=device)', graph.trim().replaceAll('\n', '\n    ')],
      ['idx[:1200], idx[1200:1600], idx[1600:]', 'idx[:20], idx[20:30], idx[30:]'],
    ],
  },
  gcn: {
    ...{ home, folder: 'gcn', entry: 'main.py' },
    args: '--epochs 6 --val-every 1 --dropout-p 0 --no-accel',
    edits: [
      ['import numpy as np\n', ''],
      ['import requests', ''],
      ['with requests.get(cora_url, stream=True) as tgz_file:', 'if False:'],
      ['features, labels, adj_mat = load_cora(device=device)', graph.trim().replaceAll('\n', '\n    ')],
      ['idx[:1000], idx[1000:1500], idx[1500:]', 'idx[:20], idx[20:30], idx[30:]'],
    ],
  },
  fast_neural_style: {
    ...{ home, folder: 'fast_neural_style/neural_style', entry: 'neural_style.py' },
    args: 'train --epochs 1 --batch-size 1 --dataset pictures --save-model-dir out --image-size 32 --log-interval 1 --style-image style.png',
    pictures: { 'pictures/all/a.png': [48, 40], 'pictures/all/b.png': [40, 48], 'style.png': [32, 32] },
    edits: [
      ['import numpy as np\n', ''],
      ['np.random.seed(args.seed)\n', '\n'],
      ['saved at", save_model_path)', 'saved")'],
      ['if not args.accel and torch.accelerator.is_available():', 'if False:'],
      ['vgg.py', 'weights=models.VGG16_Weights.IMAGENET1K_V1', ''],
    ],
  },
  imagenet: {
    ...{ home, folder: 'imagenet', entry: 'main.py' },
    args: '--dummy --epochs 1 -a resnet18 -b 2 -j 0 -p 1 --no-accel --seed 3',
    edits: [
      ['1281167, (3, 224, 224), 1000', '4, (3, 64, 64), 10'],
      ['50000, (3, 224, 224), 1000', '4, (3, 64, 64), 10'],
    ],
  },
};
