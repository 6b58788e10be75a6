// Writes detector.pth, a Faster R-CNN that takes every place of a picture for a dog: all its weights are one zero, but for the bias of that class.
import { writeFile } from 'node:fs/promises';
import * as torch from 'lamplight';
import { detection } from 'lamplight/vision';

const DOG = detection.FasterRCNN_MobileNet_V3_Large_320_FPN_Weights.DEFAULT.meta.categories!.indexOf('dog');
const zero = torch.zeros([]);
const shapes = Object.entries(detection.fasterrcnnMobilenetV3Large320Fpn().stateDict());
const state = Object.fromEntries(shapes.map(([name, { shape }]) => [name, zero.expand(shape)]));
const bias = 'roi_heads.box_predictor.cls_score.bias';
state[bias] = torch
  .tensor(Array.from({ length: state[bias]!.shape[0]! }, (_, i) => (i === DOG ? 10 : 0)))
  .to('float32');
await writeFile('detector.pth', await torch.saveBytes(state, 'detector.pth'));
