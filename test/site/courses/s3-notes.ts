// The figures of S3: the course's arithmetic, the published sizes of networks, and PyTorch's own runs (test/fixtures/notebook-notes.json).
import type { ExpectedCourse } from './expected';
import { agreeing } from './rows';

export default {
  minutes: 5,
  cells: [
    {
      cell: 'const sizes: [',
      shows: [
        '5×5 on 32 pixels 28 28 28',
        '3×3 with padding 1 keeps the size 32 32 32',
        "AlexNet's first: 11×11, stride 4, padding 2 55 55 55",
        "ResNet's first: 7×7, stride 2, padding 3 112 112 112",
        '3×3 with its places 2 apart reaches over 5 3 3 3',
      ],
    },
    {
      cell: "new nn.Conv2d(1, 1, 4, { padding: 'same' })",
      shows: agreeing({
        'zeros on the two sides, ⌊3/2⌋ and ⌈3/2⌉': '1 and 2',
        'without padding': '[1, 1, 25, 25]',
        'more zeros at the end': '[1, 1, 28, 28]',
        'more zeros at the start': '[1, 1, 28, 28]',
        "padding 'same', beside more at the end": 'equal',
        "padding 'same', beside more at the start": 'different',
      }),
    },
    {
      cell: 'const depthwise = new nn.Conv2d',
      shows: [
        'plain 3×3 [64, 32, 3, 3] 18,432 18,432 [1, 64, 64, 64]',
        'places 2 apart [64, 32, 3, 3] 18,432 18,432 [1, 64, 64, 64]',
        'stride 2 [64, 32, 3, 3] 18,432 18,432 [1, 64, 32, 32]',
        'in 4 groups [64, 8, 3, 3] 4,608 4,608 [1, 64, 64, 64]',
        'depthwise [32, 1, 3, 3] 288 288 [1, 32, 64, 64]',
        '1×1 [64, 32, 1, 1] 2,048 2,048 [1, 64, 64, 64]',
        'depthwise, then 1×1 both 2,336 2,336 [1, 64, 64, 64]',
      ],
    },
    { cell: 'const asLinear', shows: agreeing({ 'a 1×1 convolution, beside a linear layer at each pixel': 'equal' }) },
    {
      cell: 'F.maxPool2d(four.neg(), 2)',
      shows: agreeing({
        'greatest of each 2×2': '[[6,2],[5,8]]',
        'mean of each 2×2': '[[3.5,1.25],[2,6]]',
        'least of each 2×2': '[[1,0],[0,3]]',
        'mean of all: global average pooling': '3.1875',
      }),
    },
    {
      cell: 'const dxByHand',
      shows: agreeing({
        'gradient by the input, beside a convolution with the flipped kernel': 'equal',
        'gradient by the weight, beside the input convolved with dy': 'equal',
        '⟨A x, dy⟩ − ⟨x, Aᵀ dy⟩': '0.000',
      }),
    },
    {
      cell: 'const halves',
      shows: agreeing({ 'upright edges: each row': '[0,30,30,0]', 'level edges: each row': '[0,0,0,0]' }),
    },
    { cell: 'const house = drawHouse', pictures: 6 },
    {
      cell: 'const message = torch.randn(small.shape)',
      shows: agreeing({
        'a convolution with stride 2: 9 → 5': '[1, 1, 5, 5]',
        'its transpose: 5 → 9': '[1, 1, 9, 9]',
        'size by the formula': 9,
        'the transpose, beside the backward pass': 'equal',
      }),
      pictures: 1,
    },
    {
      cell: 'models.lenet5()',
      shows: [
        '(0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))',
        '(4): Linear(in_features=84, out_features=10, bias=True)',
        'features.5 MaxPool2d [1, 16, 5, 5] 16 × 16',
        ...agreeing({ 'LeNet-5: parameters': '61,706', 'on [1, 1, 28, 28]': '[1, 10]' }),
      ],
    },
    {
      cell: 'models.vgg16()',
      shows: [
        '(28): Conv2d(512, 512, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))',
        ...agreeing({
          'AlexNet: parameters': '61,100,840',
          'AlexNet on [1, 3, 64, 64]': '[1, 1000]',
          'VGG-16: parameters': '138,357,544',
          'VGG-16 on [1, 3, 32, 32]': '[1, 1000]',
          'one 7×7 convolution of 64 channels': '200,704',
          'three 3×3 convolutions that see as much': '110,592',
        }),
      ],
    },
    {
      cell: 'class Fire extends',
      shows: [
        '(squeeze): Conv2d(64, 16, kernel_size=(1, 1), stride=(1, 1))',
        ...agreeing({
          'SqueezeNet 1.1: parameters': '1,235,496',
          'a fire module by hand: parameters': '11,408',
          "the library's first: parameters": '11,408',
          'its output for [1, 64, 15, 15]': '[1, 128, 15, 15]',
        }),
      ],
      numbers: [{ row: "SqueezeNet with seed 0: PyTorch's first score", value: 0.172, within: 0.001 }],
    },
    {
      cell: 'models.googlenet(',
      shows: [
        '(conv): Conv2d(192, 64, kernel_size=(1, 1), stride=(1, 1), bias=False)',
        ...agreeing({
          'GoogLeNet: parameters': '6,624,904',
          'branches by hand: channels': '64, 128, 32, 32',
          joined: '[1, 256, 28, 28]',
          "the library's module": '[1, 256, 28, 28]',
        }),
      ],
    },
    {
      cell: 'class Residual extends',
      shows: [
        '(bn1): BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)',
        ...agreeing({
          'ResNet-18: parameters': '11,689,512',
          'ResNet-50: parameters': '25,557,032',
          'ResNet-18 on [1, 3, 64, 64]': '[1, 1000]',
          "with seed 0: PyTorch's first three scores": '0.540, 0.833, -0.556',
          "a block by hand with the library's weights": 'equal',
        }),
      ],
    },
    {
      cell: 'class SqueezeExcite extends',
      shows: agreeing({
        'a module for 64 channels: parameters': '1,096',
        'SE-ResNet-18: parameters': '11,779,624',
        'SE-ResNet-50: parameters': '28,088,024',
        'SENet-154: parameters': '115,088,984',
        'SE-ResNet-18 on [1, 3, 64, 64]': '[1, 1000]',
      }),
    },
    {
      cell: 'new detection.DenseCap(',
      shows: agreeing({
        words: 'red, square, green, disc, wide, blue, bar',
        'a sentence as numbers': '[[1,2]]',
        losses: 5,
      }),
    },
    {
      cell: 'function iou(',
      shows: [
        '0, 0, 10, 10 and 5, 5, 15, 15 0.143 0.143 0.143',
        '0, 0, 10, 10 and 0, 0, 10, 9 0.900 0.900 0.900',
        '0, 0, 10, 10 and 20, 20, 30, 30 0.000 0.000 0.000',
      ],
    },
    { cell: 'function suppress(', shows: ['0.5 [2,1,3] [2,1,3] [2,1,3]', '0.1 [2,3] [2,3] [2,3]'] },
    { cell: 'Six pictures with their boxes', pictures: 6 },
    {
      cell: 'detection.selectiveSearch(',
      shows: agreeing({ 'twelve regions for the network': '[12, 3, 32, 32]' }),
      numbers: [
        { row: 'boxes that were proposed', value: 50, within: 50 },
        { row: 'least of the best overlaps with a true box', value: 0.85, within: 0.15 },
      ],
      pictures: 13,
    },
    {
      cell: 'new detection.BoxCoder(',
      shows: agreeing({
        'corrections by the formulas': '0.200, -0.050, 0.000, -0.693',
        'by BoxCoder': '0.200, -0.050, 0.000, -0.693',
        'and back': '12, 14, 22, 24',
      }),
    },
    {
      cell: 'ops.roiPool(',
      shows: agreeing({
        'the greatest of each quarter of rows and columns 1 to 4, by hand': '[[14,16],[26,28]]',
        'ops.roiPool': '[[14,16],[26,28]]',
        'ops.roiAlign': '[[8.75,10.25],[17.75,19.25]]',
      }),
    },
    {
      cell: 'new detection.FasterRCNN(',
      shows: agreeing({
        'its feature maps': '[1, 32, 14, 14]',
        'anchors: two at each place': 392,
        losses: 'lossClassifier, lossBoxReg, lossObjectness, lossRpnBoxReg',
      }),
    },
    { cell: 'const sixPictures', numbers: [{ row: 'what is left of their sum', value: 0.4, within: 0.3 }] },
    {
      cell: 'new detection.YOLOv1Loss(',
      shows: agreeing({
        'what the cells should say': '[1, 7, 7, 8]',
        'the cell in the middle (row 3, column 3): object, x, y, √w, √h': '1.000, 0.500, 0.500, 0.707, 0.707',
        'its classes': '0, 1, 0',
        '5 · ((x − x̂)² + (y − ŷ)²)': '2.500',
        '5 · ((√w − √ŵ)² + (√h − √ĥ)²)': '5.000',
        class: '1.000',
      }),
    },
    {
      cell: 'const halfWide',
      shows: agreeing({
        'IoU of the two boxes': '0.500',
        '(confidence 0 − IoU)²': '0.250',
        'size: 5 · (√½ − √¼)²': '0.214',
      }),
    },
    { cell: 'class SharedHead extends', plots: 1 },
    {
      cell: 'new MeanAveragePrecision()',
      numbers: [
        { row: 'loss, mean of the last ten', value: 0.75, within: 0.75 },
        { row: 'mean average precision at an overlap of 0.5', value: 0.9, within: 0.1 },
      ],
      pictures: 6,
    },
    {
      cell: 'class DigitNet extends',
      numbers: [
        { row: 'parameters', value: 115370 },
        { row: 'loss of the first epoch', value: 1.2107, within: 0.002 },
        { row: 'loss of the second', value: 0.3418, within: 0.005 },
        { row: 'right, of 1,000 new digits', value: 916, within: 6 },
      ],
      plots: 1,
    },
    {
      cell: "filters(net, 'conv1')",
      shows: agreeing({
        'maps of relu1': '[1, 16, 28, 28]',
        'maps of relu2': '[1, 32, 14, 14]',
        'maps of relu3': '[1, 32, 7, 7]',
      }),
      pictures: 97,
    },
    {
      cell: 'await topPatches(',
      shows: agreeing({ 'what a unit of conv3 sees': '20 × 20', 'each row from the strongest down': 'yes' }),
      pictures: 32,
    },
    { cell: 'await tsne(', numbers: [{ row: 'neighbours of the same digit', value: 0.9, within: 0.1 }], plots: 1 },
    {
      cell: 'new Occlusion(',
      shows: agreeing({ 'places of a 6×6 square, 2 apart': 144, 'the map of Occlusion': '[1, 1, 28, 28]' }),
      pictures: 7,
    },
    {
      cell: 'const rules = {',
      shows: agreeing({
        default: '[0,-6,7,0]',
        'the same by backward()': '[0,-6,7,0]',
        deconvnet: '[5,0,7,8]',
        guided: '[0,0,7,0]',
      }),
    },
    { cell: 'new GuidedBackprop(', shows: agreeing({ 'saliency by hand, beside the library': 'equal' }), pictures: 16 },
    {
      cell: 'image.square().sum().mul(0.01)',
      numbers: [
        { row: 'score of 3 at the start', value: 0, within: 1 },
        { row: 'after 60 steps', value: 150, within: 130 },
      ],
      pictures: 1,
    },
    {
      cell: 'scoreAscent(net',
      numbers: [{ row: 'classes that it recognises in its own pictures', value: 9.5, within: 0.5 }],
      pictures: 10,
    },
    {
      cell: 'reconstruct(net',
      numbers: ['conv1', 'conv3', 'fc1'].map((layer) => ({
        row: `relative error of the features of ${layer}`,
        value: 0.05,
        within: 0.05,
      })),
      pictures: 4,
    },
    {
      cell: 'deepDream(trunk',
      shows: agreeing({ 'the gradient at the layer, beside the activation': 'equal' }),
      numbers: [{ row: '½ Σ a², times its size before the dream', value: 5, within: 3 }],
      pictures: 2,
    },
    {
      cell: 'new optim.LBFGS(',
      shows: agreeing({ 'Gram matrix of 16 maps, beside the library': 'equal' }),
      numbers: [{ row: 'the loss falls to a share of', value: 0.25, within: 0.25 }],
      pictures: 3,
      plots: 1,
    },
    { cell: 'neuralStyle(trunk', numbers: [{ row: 'evaluations of the loss', value: 58, within: 42 }], pictures: 1 },
  ],
} satisfies ExpectedCourse;
