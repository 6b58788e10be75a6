// What the cells of the whole field show: the course's arithmetic, the published sizes of networks, and PyTorch's own runs
// (test/fixtures/families/notebook_notes.py). The checks that stand in the course hold the rest.
import fixture from '../../fixtures/notebook-notes.json';
import type { ExpectedCourse } from './expected';

const first = fixture.squeezenet[0]!.toFixed(3);
const resnet = fixture.resnet18.map((score) => score.toFixed(3)).join(', ');

export default {
  minutes: 5,
  cells: [
    { cell: 'F.unfold(photo, 3)', shows: ['windows [1, 27, 36], maps [1, 5, 6, 6]', 'as the layer: true'] },
    {
      cell: 'const sizes: [',
      shows: [
        '5×5 on 32 pixels 32 28 28',
        '3×3, padding 1 32 32 32',
        "AlexNet's first: 11×11, stride 4, padding 2 224 55 55",
        "ResNet's first: 7×7, stride 2, padding 3 224 112 112",
        '3×3, dilation 2 7 3 3',
        '2×2, stride 2 7 3 3',
      ],
    },
    {
      cell: "new nn.Conv2d(1, 1, 4, { padding: 'same' })",
      shows: ['none [1, 1, 25, 25] false', '1 and 2 [1, 1, 28, 28] true', '2 and 1 [1, 1, 28, 28] false'],
    },
    {
      cell: 'const depthwise = new nn.Conv2d',
      shows: [
        'plain 3×3 18,432 [1, 64, 64, 64]',
        'dilation 2 18,432 [1, 64, 64, 64]',
        'stride 2 18,432 [1, 64, 32, 32]',
        'four groups 4,608 [1, 64, 64, 64]',
        'depthwise 288 [1, 32, 64, 64]',
        '1×1 2,048 [1, 64, 64, 64]',
        'depthwise, then 1×1 2,336 [1, 64, 64, 64]',
      ],
    },
    {
      cell: 'F.maxPool2d(four.neg(), 2)',
      shows: [
        'greatest of each 2×2 [[6,2],[5,8]]',
        'mean of each 2×2 [[3.5,1.25],[2,6]]',
        'least of each 2×2 [[1,0],[0,3]]',
        'mean of all (global) 3.1875',
      ],
    },
    {
      cell: 'const dxByHand',
      shows: ['by the input, with the flipped kernel: true', 'by the weight, the input swept with dy: true'],
    },
    { cell: 'const halves =', shows: ['upright edges, each row: [0,30,30,0]', 'level edges, each row: [0,0,0,0]'] },
    { cell: "photograph('rocket')", pictures: 6 },
    {
      cell: 'const message = torch.randn(small.shape)',
      shows: ['9 → 5', '5 → 9, by the formula 9', 'the transpose is the backward pass: true'],
      pictures: 1,
    },
    { cell: 'models.lenet5()', shows: ['features.5 MaxPool2d [1, 16, 5, 5] 16 × 16'] },
    {
      cell: 'models.vgg16()',
      shows: [
        'AlexNet 61,100,840',
        'VGG-16 138,357,544',
        'of these in its first linear layer 102,764,544',
        'one 7×7, 64 channels 200,704',
        'three 3×3 110,592',
      ],
    },
    {
      cell: 'class Fire extends',
      shows: [
        'SqueezeNet 1.1 1,235,496',
        'a fire module by hand 11,408',
        "the library's 11,408",
        '49 times smaller than AlexNet',
        `its first score with seed 0: ${first}; PyTorch: ${first}`,
      ],
    },
    { cell: 'models.googlenet(', shows: ['joined [1, 256, 28, 28]', 'GoogLeNet in all: 6,624,904'] },
    { cell: 'const dilations', shows: ['1 [1, 8, 64, 64] 3 × 3', '8 [1, 8, 64, 64] 31 × 31'] },
    {
      cell: 'class Residual extends',
      shows: [`with seed 0: ${resnet}`, "by hand with the library's weights, equal: true"],
    },
    { cell: 'class SqueezeExcite extends', shows: ['a module for 64 channels: 1096 parameters', '0.8 % more'] },
    {
      cell: 'function iou(',
      shows: [
        '0, 0, 10, 10 1.000 1.000',
        '5, 5, 15, 15 0.143 0.143',
        '0, 0, 10, 9 0.900 0.900',
        '20, 20, 30, 30 0.000 0.000',
      ],
    },
    { cell: 'function suppress(', shows: ['0.5 [2,1,3] [2,1,3]', '0.1 [2,3] [2,3]'] },
    { cell: 'Six pictures with their boxes', pictures: 6 },
    { cell: 'detection.selectiveSearch(', pictures: 13 },
    {
      cell: 'new detection.BoxCoder(',
      shows: ['by the formulas: 0.200, -0.050, 0.000, -0.693', 'and back: [12,14,22,24]'],
    },
    {
      cell: 'ops.roiPool(',
      shows: [
        'the greatest of each quarter [[14,16],[26,28]]',
        'ops.roiPool [[14,16],[26,28]]',
        'ops.roiAlign [[8.75,10.25],[17.75,19.25]]',
      ],
    },
    {
      cell: 'new detection.FasterRCNN(',
      shows: ['its feature maps [1, 32, 14, 14]', 'anchors, two at each place: 392'],
    },
    { cell: 'const sixPictures', shows: ['lossClassifier', 'lossBoxReg', 'lossObjectness', 'lossRpnBoxReg'] },
    {
      cell: 'new detection.YOLOv1Loss(',
      shows: [
        'x, y, √w, √h: 0.500, 0.500, 0.707, 0.707',
        'classes: 0, 1, 0',
        'centre 2.500',
        'size 5.000',
        'class 1.000',
      ],
    },
    { cell: 'const halfWide', shows: ['IoU of the two boxes 0.500', 'confidence (0 − IoU)² 0.250'] },
    { cell: 'const yoloCurve', plots: 1 },
    { cell: 'new MeanAveragePrecision()', shows: [/at an overlap of 0\.5: 0\.[89]/], pictures: 6 },
    { cell: 'const digitCurve', plots: 1 },
    {
      cell: 'const rightAnswers',
      numbers: [
        { row: 'parameters', value: fixture.parameters },
        { row: 'loss of the first epoch', value: fixture.losses[0]!, within: 0.002 },
        { row: 'loss of the second', value: fixture.losses[1]!, within: 0.005 },
        { row: 'right, of 1,000 new digits', value: fixture.right, within: 6 },
      ],
    },
    { cell: "filters(net, 'conv1')", pictures: 16 },
    { cell: "'relu3', 5]", pictures: 81 },
    { cell: 'await topPatches(', pictures: 32 },
    { cell: 'await tsne(', plots: 1 },
    { cell: 'const fallen', pictures: 6 },
    { cell: 'new Occlusion(', pictures: 1 },
    { cell: 'const twelveWrong', pictures: 12 },
    {
      cell: 'const rules = {',
      shows: ['default [0,-6,7,0]', 'default, by autograd [0,-6,7,0]', 'deconvnet [5,0,7,8]', 'guided [0,0,7,0]'],
    },
    { cell: 'new GuidedBackprop(', shows: ['by hand and by the library, equal: true'], pictures: 16 },
    { cell: 'const objectMean', pictures: 8 },
    { cell: 'const goal = scoreOf', pictures: 1 },
    { cell: 'scoreAscent(net', pictures: 10 },
    { cell: 'reconstruct(net', pictures: 4 },
    { cell: 'deepDream(trunk', pictures: 2 },
    { cell: 'gramMatrix(contentMaps)', shows: ['by hand and by the library, equal: true'] },
    { cell: 'new optim.LBFGS(', pictures: 3, plots: 1 },
    { cell: 'neuralStyle(trunk', pictures: 1 },
  ],
} satisfies ExpectedCourse;
