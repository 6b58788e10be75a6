// Networks of kuangliu/pytorch-cifar: its training, on random pictures.

/** @param {string} network @param {number} pictures @returns {import('../list.mjs').Program} */
function trained(network, pictures = 4) {
  return {
    ...{ home: 'pytorch-cifar', folder: '.', entry: 'main.py' },
    args: '--lr 0.01',
    edits: [
      ['net = SimpleDLA()', `net = ${network}`],
      ["root='./data', train=True, download=True, ", `${pictures}, (3, 32, 32), 10, `],
      ["root='./data', train=False, download=True, ", `${pictures}, (3, 32, 32), 10, `],
      ['torchvision.datasets.CIFAR10(', 'torchvision.datasets.FakeData('],
      ['batch_size=128', `batch_size=${pictures / 2}`],
      ['start_epoch+200', 'start_epoch+1'],
      // Workers of PyTorch draw from generators of their own.
      ['num_workers=2', 'num_workers=0'],
      // Masks of dropout are drawn by a generator of their own, too.
      ['models/efficientnet.py', "'dropout_rate': 0.2", "'dropout_rate': 0.0"],
      ['models/efficientnet.py', "'drop_connect_rate': 0.2", "'drop_connect_rate': 0.0"],
      ['from utils import progress_bar', 'def progress_bar(*shown): print(*shown)'],
    ],
  };
}

/** @type {Readonly<Record<string, import('../list.mjs').Program>>} */
export const cifar = Object.fromEntries(
  [
    'LeNet()',
    'ResNet18()',
    'PreActResNet18()',
    "VGG('VGG11')",
    'GoogLeNet()',
    'MobileNet()',
    'MobileNetV2()',
    'ShuffleNetV2(1)',
    'SENet18()',
    'EfficientNetB0()',
    'RegNetX_200MF()',
    'DenseNet121()',
    'DPN26()',
    'PNASNetA()',
    'SimpleDLA()',
  ].map((network) => [`cifar-${network.replace(/\W+\w*\W*$/, '').replace(/\(.*/, '')}`, trained(network)]),
);
