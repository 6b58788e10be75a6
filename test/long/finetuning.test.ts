// torchvision's tutorial "TorchVision Object Detection Finetuning", line by line, on drawn pictures in the place of PennFudan's and with a small backbone.
import * as torch from 'lamplight';
import { data, optim, type Tensor } from 'lamplight';
import { detection, ops, transforms as T, tvTensors } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { smallMaskRCNN } from '../support/small-detectors';

interface Target {
  boxes: tvTensors.BoundingBoxes;
  masks: tvTensors.Mask;
  labels: Tensor;
  imageId: number;
  area: Tensor;
  iscrowd: Tensor;
}

type Item = [Tensor, Target];

/** A picture of noise, and the mask that numbers the bright squares in it. */
function drawn(idx: number): [img: Tensor, mask: Tensor] {
  const [h, w] = [48 + ((idx * 7) % 23), 60 + ((idx * 11) % 29)];
  const img = torch.randint(0, 100, [3, h, w], { dtype: torch.uint8 });
  const mask = torch.zeros([h, w], { dtype: torch.uint8 });
  for (let k = 0; k <= idx % 3; k++) {
    const [rows, columns] = [`${5 + 6 * k}:${21 + 6 * k}`, `${3 + 18 * k}:${17 + 18 * k}`];
    mask.at(rows, columns).fill_(k + 1);
    img.at(':', rows, columns).add_(120);
  }
  return [img, mask];
}

class PennFudanDataset extends data.Dataset<Promise<Item>> {
  constructor(readonly transforms: T.Compose) {
    super();
  }

  override async get(idx: number): Promise<Item> {
    const [img, mask] = drawn(idx);
    // instances are encoded as different colors
    let objIds = await torch.unique(mask);
    // first id is the background, so remove it
    objIds = objIds.at('1:');
    const numObjs = objIds.length;
    // split the color-encoded mask into a set of binary masks
    const masks = mask.eq(objIds.at(':', null, null)).to(torch.uint8);
    // get bounding box coordinates for each mask
    const boxes = ops.masksToBoxes(masks);
    // there is only one class
    const labels = torch.ones([numObjs], { dtype: torch.int64 });
    const imageId = idx;
    const area = boxes
      .at(':', 3)
      .sub(boxes.at(':', 1))
      .mul(boxes.at(':', 2).sub(boxes.at(':', 0)));
    // suppose all instances are not crowd
    const iscrowd = torch.zeros([numObjs], { dtype: torch.int64 });
    const canvasSize = img.shape.slice(-2) as [number, number];
    const target: Target = {
      boxes: new tvTensors.BoundingBoxes(boxes, { format: 'XYXY', canvasSize }),
      masks: new tvTensors.Mask(masks),
      labels,
      imageId,
      area,
      iscrowd,
    };
    return this.transforms(new tvTensors.Image(img), target);
  }

  override get length(): number {
    return 6;
  }
}

function getTransform(train: boolean): T.Compose {
  const transforms = [];
  if (train) transforms.push(new T.RandomHorizontalFlip(0.5));
  transforms.push(new T.ToDtype(torch.float, { scale: true }));
  transforms.push(new T.ToPureTensor());
  return new T.Compose(transforms);
}

function getModelInstanceSegmentation(numClasses: number): detection.MaskRCNN {
  const model = smallMaskRCNN({ boxPredictor: new detection.FastRCNNPredictor(16, 91) });
  // get number of input features for the classifier
  const inFeatures = model.roiHeads.boxPredictor.clsScore.inFeatures;
  // replace the pre-trained head with a new one
  model.roiHeads.boxPredictor = new detection.FastRCNNPredictor(inFeatures, numClasses);
  // now get the number of input features for the mask classifier
  const inFeaturesMask = model.roiHeads.maskPredictor.conv5Mask.inChannels;
  const hiddenLayer = 16;
  // and replace the mask predictor with a new one
  model.roiHeads.maskPredictor = new detection.MaskRCNNPredictor(inFeaturesMask, hiddenLayer, numClasses);
  return model;
}

test('the tutorial of detection runs line by line: its losses fall, and it gives boxes and masks of one class', async () => {
  torch.manualSeed(0);
  const model = getModelInstanceSegmentation(2);
  const dataset = new PennFudanDataset(getTransform(true));
  const collateFn = (batch: readonly Item[]) =>
    [batch.map(([image]) => image), batch.map(([, target]) => target)] as const;
  const dataLoader = new data.DataLoader(dataset, { batchSize: 2, shuffle: true, collateFn });
  const params = model.parameters().filter((p) => p.requiresGrad);
  const optimizer = new optim.SGD(params, { lr: 0.01, momentum: 0.9, weightDecay: 0.0005 });
  const lrScheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 3, gamma: 0.1 });
  const epochs: number[] = [];
  for (let epoch = 0; epoch < 4; epoch++) {
    model.train();
    let sum = 0;
    for await (const [images, targets] of dataLoader) {
      const lossDict = await model(images, targets);
      const losses = Object.values(lossDict).reduce((a, b) => a.add(b));
      optimizer.zeroGrad();
      losses.backward();
      optimizer.step();
      sum += await losses.item();
    }
    lrScheduler.step();
    epochs.push(sum);
  }
  expect(epochs[3]).toBeLessThan(0.9 * epochs[0]!);
  model.eval();
  // So few steps make nothing certain.
  model.roiHeads.scoreThresh = 0;
  const [image] = await new PennFudanDataset(getTransform(false)).get(4);
  const [prediction] = await torch.noGrad(() => model([image]));
  const { boxes, labels, masks } = prediction!;
  expect(labels.length).toBeGreaterThan(0);
  expect(boxes.shape).toEqual([labels.length, 4]);
  expect(masks!.shape).toEqual([labels.length, 1, ...image.shape.slice(-2)]);
  expect(new Set(await labels.tolist<number[]>())).toEqual(new Set([1]));
});
