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
    'ShuffleNetG2()',
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
